import type { RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'

const NS_ROSTER = 'jabber:iq:roster'

export interface Item {
  readonly jid: string
  readonly subscription: string
  readonly ask?: string
  readonly approved?: string
  readonly name?: string
  readonly groups?: readonly string[]
}

export interface RosterAnswer {
  /** The IQ itself. */
  readonly answer: Element
  /** Undefined: the client's version is still right. */
  readonly items: readonly Item[] | undefined
  readonly ver: string | undefined
}

let ids = 0

/** Asks for the roster, which makes the client an interested resource (RFC 6121 §2.2). */
export async function getRoster(client: RawClient, ver?: string): Promise<RosterAnswer> {
  const known = ver === undefined ? '' : ` ver='${ver}'`
  const answer = await client.request(`<iq type='get' id='roster-${ids++}'><query xmlns='${NS_ROSTER}'${known}/></iq>`)
  const query = answer.getChild('query', NS_ROSTER)
  return { answer, items: query?.getChildren('item').map(itemOf), ver: query?.attrs.ver }
}

/** Sets one item, given as XML, and gives the answer. */
export function setItem(client: RawClient, item: string): Promise<Element> {
  return client.request(`<iq type='set' id='roster-${ids++}'><query xmlns='${NS_ROSTER}'>${item}</query></iq>`)
}

/** The next roster push to the client, which answers it. */
export async function nextPush(client: RawClient): Promise<Item & { readonly ver: string | undefined }> {
  const push = await client.expect((it) => it.attrs.type === 'set' && it.getChild('query', NS_ROSTER) !== undefined)
  client.send(`<iq type='result' id='${push.attrs.id}'/>`)
  const query = push.getChild('query', NS_ROSTER)
  return { ...itemOf(query!.getChild('item')!), ver: query!.attrs.ver }
}

/** Pushes up to the one that fits. */
export async function pushWith(client: RawClient, wanted: Partial<Item>): Promise<Item> {
  const fits = (item: Item) => Object.entries(wanted).every(([key, value]) => item[key as keyof Item] === value)
  for (;;) {
    const item = await nextPush(client)
    if (fits(item)) return item
  }
}

function itemOf({ attrs, ...element }: Element): Item {
  const groups = (element.children as Element[]).filter(({ name }) => name === 'group').map((group) => group.getText())
  const { jid = '', subscription = '', ask, approved, name } = attrs
  return {
    jid,
    subscription,
    ...(ask !== undefined && { ask }),
    ...(approved !== undefined && { approved }),
    ...(name !== undefined && { name }),
    ...(groups.length > 0 && { groups: groups.sort() }),
  }
}
