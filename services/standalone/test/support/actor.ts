import { type LoginOptions, type Person, RawClient, type RawStreamOptions, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'

export interface Entrance extends Partial<Omit<LoginOptions, 'user' | 'password'>> {
  /** Which edge; they are counted round and round. */
  readonly edge?: number
  readonly transport?: NonNullable<RawStreamOptions['transport']>
  /** Initial presence; default priority 0, `false` for none. */
  readonly priority?: number | false
}

/** Logs a person in and sends initial presence; resolves once it has come back to the sender. */
export async function enter(site: Site, person: Person, entrance: Entrance = {}): Promise<RawClient> {
  const { edge = 0, transport = 'tls', priority = 0, ...login } = entrance
  const client = await RawClient.login(site.at(edge, transport), { ...person, ...login })
  if (priority !== false) await announce(client, priority)
  return client
}

/** Sends presence to all and waits for its reflection (RFC 6121 §4.2.2), which shows that it was taken in. */
export async function announce(client: RawClient, priority = 0, inside = ''): Promise<void> {
  client.send(`<presence><priority>${priority}</priority>${inside}</presence>`)
  await client.expect((it) => isPresence(it, client.jid) && it.getChildText('priority') === String(priority))
}

/** A person of that name who has just come in. */
export async function newcomer(site: Site, name: string, entrance: Entrance = {}): Promise<RawClient> {
  return enter(site, await site.person(name), entrance)
}

/** Clients that are cut off together at the end of their block. */
export function together<Clients extends Readonly<Record<string, RawClient>>>(clients: Clients): Clients & Disposable {
  const end = () => {
    for (const client of Object.values(clients)) client.cut()
  }
  return { ...clients, [Symbol.dispose]: end }
}

export const bareOf = (jid: string): string => jid.split('/')[0] ?? ''

/** Presence from that address; without a type: available. */
export function isPresence({ attrs, name }: Element, from: string, type?: string): boolean {
  return name === 'presence' && attrs.from === from && attrs.type === type
}

/** A matcher of messages with that body. */
export function saying(body: string): (stanza: Element) => boolean {
  return (stanza) => stanza.name === 'message' && stanza.getChildText('body') === body
}

/** Sends a message. */
export function say(client: RawClient, to: string, body: string, { type = 'chat', inside = '' } = {}): void {
  client.send(`<message to='${to}' type='${type}'><body>${body}</body>${inside}</message>`)
}

/** `type/condition` of a stanza of type error, or undefined of any other. */
export function errorOf(stanza: Element): string | undefined {
  const error = stanza.attrs.type === 'error' ? stanza.getChild('error') : undefined
  const condition = error?.children.find(
    (child): child is Element => typeof child !== 'string' && child.name !== 'text',
  )
  return condition && `${error?.attrs.type}/${condition.name}`
}

/**
 * Waits until the server has dealt with what the client sent before, and what that caused has come back to it: the answer
 * to a ping of the account comes after them.
 */
export async function settle(client: RawClient): Promise<void> {
  const id = `settle-${pings++}`
  await client.request(`<iq type='get' id='${id}'><ping xmlns='urn:xmpp:ping'/></iq>`)
}

let pings = 0

/** What has come to the client and matches, once everything `sender` sent before has been dealt with on the way to it. */
export async function receivedAfter(
  sender: RawClient,
  client: RawClient,
  matcher: (stanza: Element) => boolean,
): Promise<Element[]> {
  const marker = `marker ${pings++}`
  sender.send(
    `<message to='${client.jid}' type='normal'><body>${marker}</body><no-store xmlns='urn:xmpp:hints'/></message>`,
  )
  await client.expect(saying(marker))
  return client.takeAll(matcher)
}
