import type { Element } from '@heliograph/xml'
import type { Talker } from './talker.ts'

/** What is wrong between one sender and its receiver; empty when nothing is. */
export function faultsBetween(sender: Talker, receiver: Talker): string[] {
  const got = receiver.received.filter((id) => id.startsWith(`${sender.user}-`))
  return faultsOf(`${sender.user} → ${receiver.user}`, sender.sent, got)
}

/** What came, against what was to come. */
export interface Comparison {
  readonly lost: readonly string[]
  readonly twice: readonly string[]
  /** Numbers that came after higher ones. */
  readonly late: readonly number[]
}

/** Compares ids, which end in a number that grows with each: nothing lost, nothing twice, nothing out of order. */
export function compare(expected: readonly string[], got: readonly string[]): Comparison {
  const seen = new Set<string>()
  const twice: string[] = []
  for (const id of got) {
    if (seen.has(id)) twice.push(id)
    seen.add(id)
  }
  const numbers = [...seen].map((id) => Number(id.slice(id.lastIndexOf('-') + 1)))
  return {
    lost: expected.filter((id) => !seen.has(id)),
    twice,
    late: numbers.filter((number, index) => index > 0 && number < numbers[index - 1]!),
  }
}

/** What {@link compare} finds wrong, for people. */
export function faultsOf(what: string, expected: readonly string[], got: readonly string[]): string[] {
  const { lost, twice, late } = compare(expected, got)
  const faults: string[] = []
  const say = (how: string, some: readonly (string | number)[]) => {
    if (some.length > 0) faults.push(`${what}: ${how.replace('#', String(some.length))}: ${some.slice(0, 5).join(' ')}`)
  }
  say('lost #', lost)
  say('# twice', twice)
  say('# out of order', late)
  return faults
}

/** Reads a talker's whole archive, page by page, and returns the bodies in the archive's order. */
export async function archiveOf(talker: Talker): Promise<string[]> {
  const { client } = talker
  if (!client) throw new Error(`${talker.user} is not connected`)
  const bodies: string[] = []
  for (let after = '', page = 1; ; page++) {
    const set = `<set xmlns='http://jabber.org/protocol/rsm'><max>100</max>${after === '' ? '' : `<after>${after}</after>`}</set>`
    const fin = await talker.request(
      `<iq type='set' id='mam-${page}'><query xmlns='urn:xmpp:mam:2' queryid='q${page}'>${set}</query></iq>`,
    )
    const isResult = (element: Element) => element.getChild('result', 'urn:xmpp:mam:2')?.attrs.queryid === `q${page}`
    for (const result of client.takeAll(isResult)) {
      const message = result.getChild('result', 'urn:xmpp:mam:2')?.getChild('forwarded', 'urn:xmpp:forward:0')
      bodies.push(message?.getChild('message')?.getChildText('body') ?? '')
    }
    const end = fin.getChild('fin', 'urn:xmpp:mam:2')
    if (!end) throw new Error(`archive query failed: ${fin}`)
    if (end.attrs.complete === 'true') return bodies
    after = end.getChild('set')?.getChildText('last') ?? ''
  }
}
