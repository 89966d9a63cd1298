import { createHash, randomUUID } from 'node:crypto'
import type { RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { announce } from './actor.ts'
import { newsOf } from './pubsub.ts'

const CAPS = 'http://jabber.org/protocol/caps'
const INFO = 'http://jabber.org/protocol/disco#info'

/** Software that wants to hear of these nodes; each call is one that nobody has heard of. */
export class Software {
  readonly #features: readonly string[]
  readonly #ver: string

  constructor(...nodes: readonly string[]) {
    this.#features = [`urn:test:${randomUUID()}`, ...nodes.map((node) => `${node}+notify`)].sort()
    const input = `client/pc//<${this.#features.map((feature) => `${feature}<`).join('')}`
    this.#ver = createHash('sha1').update(input).digest('base64')
  }

  get c(): string {
    return `<c xmlns='${CAPS}' hash='sha-1' node='urn:test' ver='${this.#ver}'/>`
  }

  /** Becomes available with it. */
  announce(client: RawClient, priority = 0): Promise<void> {
    return announce(client, priority, this.c)
  }

  /** Answers the server's question what this is, which it asks once in all. */
  async explain(client: RawClient): Promise<void> {
    const asked = await client.expect(
      ({ name, attrs, ...it }) => name === 'iq' && attrs.type === 'get' && isInfo(it as Element),
    )
    const features = this.#features.map((feature) => `<feature var='${feature}'/>`).join('')
    client.send(
      `<iq type='result' id='${asked.attrs.id}' to='${asked.attrs.from}'><query xmlns='${INFO}' node='${asked.getChild('query')?.attrs.node}'><identity category='client' type='pc'/>${features}</query></iq>`,
    )
  }
}

function isInfo(it: Element): boolean {
  return it.children.some((child) => typeof child !== 'string' && child.attrs.xmlns === INFO)
}

/** What an account's owner, or somebody else, asks of the account's nodes; to the own account without `to`. */
export function askAccount(
  client: RawClient,
  { type, inside, owner = false, to }: { type: 'get' | 'set'; inside: string; owner?: boolean; to?: string },
): Promise<Element> {
  const xmlns = `http://jabber.org/protocol/pubsub${owner ? '#owner' : ''}`
  const address = to === undefined ? '' : ` to='${to}'`
  return client.request(
    `<iq type='${type}' id='${randomUUID()}'${address}><pubsub xmlns='${xmlns}'>${inside}</pubsub></iq>`,
  )
}

interface Notice {
  readonly stanza: Element
  readonly news: Element
}

/** Waits for the next notification about a node of an account. Last items aren't meant: when they come nobody can say. */
export const told = (client: RawClient, node: string): Promise<Notice> => notice(client, node, false)

/** Waits for a last item of it. */
export const greeted = (client: RawClient, node: string): Promise<Notice> => notice(client, node, true)

async function notice(client: RawClient, node: string, isLast: boolean): Promise<Notice> {
  const stanza = await client.expect(
    (it) => newsOf(it, node) !== undefined && (it.getChild('delay', 'urn:xmpp:delay') !== undefined) === isLast,
  )
  return { stanza, news: newsOf(stanza, node)! }
}
