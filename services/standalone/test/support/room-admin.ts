import assert from 'node:assert/strict'
import type { RawClient, Site } from '@heliograph/testkit'
import { type Element, escapeAttribute, escapeText } from '@heliograph/xml'
import { bareOf, newcomer, together } from './actor.ts'
import { codesOf, freshRoom, itemOf, join, makeRoom } from './room.ts'

const MUC = 'http://jabber.org/protocol/muc'
const DATA = 'jabber:x:data'

let requests = 0

/** Sends an IQ with that payload and resolves to its answer. */
export function ask(client: RawClient, type: 'get' | 'set', to: string, payload: string): Promise<Element> {
  return client.request(`<iq type='${type}' id='ask-${requests++}' to='${to}'>${payload}</iq>`)
}

export interface Item {
  readonly nick?: string
  readonly jid?: string
  readonly role?: string
  readonly affiliation?: string
  readonly reason?: string
}

/** Changes roles and affiliations. */
export function administer(client: RawClient, room: string, ...items: Item[]): Promise<Element> {
  return ask(client, 'set', room, `<query xmlns='${MUC}#admin'>${items.map(itemXml).join('')}</query>`)
}

/** A list of a role or affiliation: `jid nick role affiliation`, sorted; or the answer, when it is an error. */
export async function listed(client: RawClient, room: string, item: Item): Promise<string[] | Element> {
  const answer = await ask(client, 'get', room, `<query xmlns='${MUC}#admin'>${itemXml(item)}</query>`)
  if (answer.attrs.type === 'error') return answer
  const items = answer.getChild('query', `${MUC}#admin`)!.getChildren('item')
  return items.map(({ attrs }) => [attrs.jid, attrs.nick, attrs.role, attrs.affiliation].join(' ')).sort()
}

export function owner(client: RawClient, type: 'get' | 'set', room: string, payload = ''): Promise<Element> {
  return ask(client, type, room, `<query xmlns='${MUC}#owner'>${payload}</query>`)
}

/** A submitted form. */
export function submission(formType: string, fields: Readonly<Record<string, string | readonly string[]>>): string {
  const xml = Object.entries({ FORM_TYPE: formType, ...fields }).map(([name, values]) => {
    const given = [values].flat().map((value) => `<value>${escapeText(value)}</value>`)
    return `<field var='${name}'>${given.join('')}</field>`
  })
  return `<x xmlns='${DATA}' type='submit'>${xml.join('')}</x>`
}

/** The values of a form's fields. */
export function valuesOf(form: Element): Map<string, string> {
  const fields = form.getChildren('field').map((field) => {
    const values = field.getChildren('value').map((value) => value.getText())
    return [String(field.attrs.var), values.join(' ')] as const
  })
  return new Map(fields)
}

/** A presence of that nick, in short: `affiliation role codes`, `-` before it when it is unavailable. */
export function standingIn(presence: Element): string {
  const item = itemOf(presence)
  const gone = presence.attrs.type === 'unavailable' ? '-' : ''
  return [`${gone}${item?.attrs.affiliation}`, item?.attrs.role, ...codesOf(presence)].join(' ')
}

/** Waits for a presence of that occupant which says so. */
export function seen(client: RawClient, occupant: string, standing: string): Promise<Element> {
  return client.expect((it) => it.name === 'presence' && it.attrs.from === occupant && standingIn(it) === standing)
}

/** Waits for a message of the room with status codes. */
export async function told(client: RawClient, room: string, ...codes: string[]): Promise<void> {
  const message = await client.expect(
    (it) => it.name === 'message' && it.attrs.from === room && it.attrs.type === 'groupchat' && codesOf(it).length > 0,
  )
  assert.deepEqual(codesOf(message), codes)
}

/** Waits for what somebody is told who isn't in the room, and resolves to it: he is something else there now (XEP-0045 §18.1). */
export function learns(client: RawClient, room: string): Promise<Element> {
  return client.expect((it) => it.name === 'message' && it.attrs.from === room && codesOf(it).includes('101'))
}

/** An owner, an admin, a member and two others in a fresh room, all under their own names; everybody has seen all. */
export async function company(site: Site, fields: Readonly<Record<string, string>> = {}) {
  const all = together({
    owen: await newcomer(site, 'owen', { edge: 0 }),
    ada: await newcomer(site, 'ada', { edge: 1 }),
    max: await newcomer(site, 'max', { edge: 0 }),
    nora: await newcomer(site, 'nora', { edge: 1 }),
  })
  const { owen, ada, max, nora } = all
  const room = freshRoom(site)
  await makeRoom(owen, room, 'owen', fields)
  const given = await administer(
    owen,
    room,
    { jid: bareOf(ada.jid), affiliation: 'admin' },
    { jid: bareOf(max.jid), affiliation: 'member' },
  )
  assert.equal(given.attrs.type, 'result', `${given}`)
  const people = { owen, ada, max, nora }
  for (const absent of [ada, max]) await learns(absent, room)
  for (const [nick, client] of Object.entries(people).slice(1)) {
    await join(client, room, nick)
    for (const other of Object.values(people)) {
      if (other !== client) await other.expect((it) => it.name === 'presence' && it.attrs.from === `${room}/${nick}`)
      if (other === client) break
    }
  }
  for (const client of Object.values(people)) client.takeAll('presence')
  return { ...all, room, at: (nick: string) => `${room}/${nick}`, people }
}

function itemXml({ reason, ...attrs }: Item): string {
  const text = Object.entries(attrs).map(([name, value]) => ` ${name}='${escapeAttribute(value)}'`)
  return `<item${text.join('')}>${reason === undefined ? '' : `<reason>${escapeText(reason)}</reason>`}</item>`
}
