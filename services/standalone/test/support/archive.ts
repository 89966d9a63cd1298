import type { RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'

const NS_MAM = 'urn:xmpp:mam:2'
const NS_RSM = 'http://jabber.org/protocol/rsm'

export interface ArchiveQuery {
  readonly with?: string
  readonly start?: string
  readonly end?: string
  readonly 'before-id'?: string
  readonly 'after-id'?: string
  readonly ids?: string
  /** XEP-0431. */
  readonly '{urn:xmpp:fulltext:0}fulltext'?: string
  /** Whose archive, if not the client's own. */
  readonly at?: string
  /** From the end of the page. */
  readonly flipped?: boolean
  /** What goes into `<set/>`, e.g. `<max>10</max>`. */
  readonly set?: string
}

export interface Archived {
  readonly id: string
  readonly stamp: string
  readonly message: Element
  readonly body: string
}

export interface Page {
  readonly answer: Element
  readonly items: readonly Archived[]
  readonly complete: boolean
  readonly first: string | undefined
  readonly last: string | undefined
}

let queries = 0

/** Asks an archive for a page. */
export async function readArchive(client: RawClient, query: ArchiveQuery = {}): Promise<Page> {
  const id = `mam-${queries++}`
  const { set = '', flipped = false, at, ...filter } = query
  const fields = Object.entries(filter).map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
  const type = `<field var='FORM_TYPE' type='hidden'><value>${NS_MAM}</value></field>`
  const form = fields.length > 0 ? `<x xmlns='jabber:x:data' type='submit'>${type}${fields.join('')}</x>` : ''
  const rsm = set === '' ? '' : `<set xmlns='${NS_RSM}'>${set}</set>`
  const answer = await client.request(
    `<iq type='set' id='${id}'${at === undefined ? '' : ` to='${at}'`}><query xmlns='${NS_MAM}' queryid='${id}'>${form}${rsm}${flipped ? '<flip-page/>' : ''}</query></iq>`,
  )
  const results = client
    .takeAll((it) => it.getChild('result', NS_MAM)?.attrs.queryid === id)
    .map((it) => it.getChild('result', NS_MAM)!)
  const fin = answer.getChild('fin', NS_MAM)
  const page = fin?.getChild('set', NS_RSM)
  return {
    answer,
    items: results.map(archived),
    complete: fin?.attrs.complete === 'true',
    first: page?.getChildText('first') ?? undefined,
    last: page?.getChildText('last') ?? undefined,
  }
}

/** The whole of it, page by page. */
export async function readWholeArchive(client: RawClient, query: Omit<ArchiveQuery, 'set'> = {}): Promise<Archived[]> {
  const items: Archived[] = []
  for (let set = '<max>100</max>'; ; ) {
    const page = await readArchive(client, { ...query, set })
    items.push(...page.items)
    if (page.complete) return items
    set = `<max>100</max><after>${page.last}</after>`
  }
}

function archived(result: Element): Archived {
  const forwarded = result.getChild('forwarded', 'urn:xmpp:forward:0')!
  const message = forwarded.getChild('message')!
  return {
    id: result.attrs.id ?? '',
    stamp: forwarded.getChild('delay', 'urn:xmpp:delay')?.attrs.stamp ?? '',
    message,
    body: message.getChildText('body') ?? '',
  }
}

export const bodiesOf = (page: Page): string[] => page.items.map(({ body }) => body)

/** The archive's id of a message as it was delivered. */
export function stanzaIdOf(message: Element, by: string): string | undefined {
  const ids = message.getChildren('stanza-id', 'urn:xmpp:sid:0').filter(({ attrs }) => attrs.by === by)
  return ids.length === 1 ? ids[0]!.attrs.id : undefined
}

/** How many messages a client's archive has of its exchange with somebody (XEP-0059 §2.7). */
export async function countArchived(client: RawClient, other: string, timeoutMs?: number): Promise<number> {
  const field = (name: string, value: string) => `<field var='${name}'><value>${value}</value></field>`
  const form = `<x xmlns='jabber:x:data' type='submit'>${field('FORM_TYPE', NS_MAM)}${field('with', other)}</x>`
  const answer = await client.request(
    `<iq type='set' id='count-${queries++}'><query xmlns='${NS_MAM}'>${form}<set xmlns='${NS_RSM}'><max>0</max></set></query></iq>`,
    timeoutMs,
  )
  return Number(answer.getChild('fin', NS_MAM)?.getChild('set', NS_RSM)?.getChildText('count'))
}
