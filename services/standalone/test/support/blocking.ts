import type { RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'

export const NS_BLOCKING = 'urn:xmpp:blocking'

let ids = 0

/** Sends a block or unblock command for these items, given as addresses or as XML, and gives the answer. */
export function command(client: RawClient, name: 'block' | 'unblock', ...items: readonly string[]): Promise<Element> {
  const inside = items.map((item) => (item.startsWith('<') ? item : `<item jid='${item}'/>`)).join('')
  return client.request(`<iq type='set' id='${name}-${ids++}'><${name} xmlns='${NS_BLOCKING}'>${inside}</${name}></iq>`)
}

/** The block list, sorted; who asks hears of changes. */
export async function blockList(client: RawClient): Promise<readonly string[]> {
  const answer = await client.request(`<iq type='get' id='list-${ids++}'><blocklist xmlns='${NS_BLOCKING}'/></iq>`)
  return addresses(answer, 'blocklist')
}

/** The addresses in the next push of that command. */
export async function pushed(client: RawClient, name: 'block' | 'unblock'): Promise<readonly string[]> {
  const push = await client.expect((it) => it.attrs.type === 'set' && it.getChild(name, NS_BLOCKING) !== undefined)
  return addresses(push, name)
}

function addresses(iq: Element, name: string): readonly string[] {
  const items = iq.getChild(name, NS_BLOCKING)?.getChildren('item') ?? []
  return items.map(({ attrs }) => attrs.jid ?? '').sort()
}
