import { type Person, RawClient, type RawStreamOptions, StreamManagement } from '@heliograph/testkit'
import { type Element, escapeAttribute } from '@heliograph/xml'

export const NS_SASL2 = 'urn:xmpp:sasl:2'
const NS_SM = 'urn:xmpp:sm:3'

/** Connects and sends `<authenticate/>` with PLAIN and whatever else goes into it; the answer, and after success the features. */
export async function authenticate2(
  options: RawStreamOptions,
  { user, password }: Person,
  inside: string,
): Promise<{ client: RawClient; answer: Element }> {
  const client = await RawClient.connect(options)
  await client.open()
  const proof = Buffer.from(`\0${user}\0${password}`).toString('base64')
  const answer = await exchange(client, 'PLAIN', proof, inside)
  return { client, answer }
}

/** One attempt that needs no challenge. */
export async function exchange(client: RawClient, mechanism: string, proof: string, inside = ''): Promise<Element> {
  client.send(
    `<authenticate xmlns='${NS_SASL2}' mechanism='${mechanism}'><initial-response>${proof}</initial-response>${inside}</authenticate>`,
  )
  const answer = await client.expect((element) => element.getNS() === NS_SASL2)
  if (answer.name !== 'success') return answer
  client.jid = answer.getChildText('authorization-identifier') ?? ''
  await client.expect('features')
  const enabled = answer.getChild('bound')?.getChild('enabled', NS_SM)
  if (enabled !== undefined) {
    client.sm = new StreamManagement()
    client.sm.id = enabled.attrs.id
  }
  return answer
}

/** `<resume/>` for the session of a client that is gone. */
export function resumeXml({ sm }: RawClient): string {
  return `<resume xmlns='${NS_SM}' h='${sm?.handled}' previd='${escapeAttribute(sm?.id ?? '')}'/>`
}

/** `<bind/>` of XEP-0386, with a client that can resume. */
export function bindXml(tag = '', inside = ''): string {
  return `<bind xmlns='urn:xmpp:bind:0'><tag>${tag}</tag><enable xmlns='${NS_SM}' resume='true'/>${inside}</bind>`
}

/** `<user-agent/>`, by which a server knows an installation of a client. */
export function agentXml(id: string): string {
  return `<user-agent id='${id}'><software>scenario</software><device>test</device></user-agent>`
}
