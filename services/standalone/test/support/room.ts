import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { RawClient, Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'

const MUC = 'http://jabber.org/protocol/muc'
const USER = `${MUC}#user`

let requests = 0

/** An address of a room that isn't there yet, also where the server has run other tests before. */
export function freshRoom(site: Site, name = 'coven'): string {
  return `${name}-${randomUUID().slice(0, 8)}@conference.${site.domain}`
}

export interface Entry {
  readonly password?: string
  /** Attributes of `<history/>`. */
  readonly history?: string
  /** More of the presence. */
  readonly inside?: string
}

/** Asks to enter, and waits for nothing. */
export function knock(client: RawClient, room: string, nick: string, entry: Entry = {}): void {
  const { password, history, inside = '' } = entry
  const asked = `${history === undefined ? '' : `<history ${history}/>`}${
    password === undefined ? '' : `<password>${password}</password>`
  }`
  client.send(`<presence to='${room}/${nick}'><x xmlns='${MUC}'>${asked}</x>${inside}</presence>`)
}

/** Enters a room and resolves to the presence of itself, once the subject has come. */
export async function join(client: RawClient, room: string, nick: string, entry: Entry = {}): Promise<Element> {
  knock(client, room, nick, entry)
  const self = await client.expect(
    (it) => it.name === 'presence' && it.attrs.from === `${room}/${nick}` && isAnswer(it),
  )
  assert.equal(self.attrs.type, undefined, `${self}`)
  await client.expect((it) => isSubject(it, room))
  return self
}

const isAnswer = (it: Element): boolean => it.attrs.type === 'error' || codesOf(it).includes('110')

export function isSubject(it: Element, room: string): boolean {
  if (it.name !== 'message' || it.attrs.type !== 'groupchat' || !it.getChild('subject')) return false
  return String(it.attrs.from).startsWith(room) && !it.getChild('body')
}

/** Makes a room as it is, for the one who makes it; the others are let in from now on (XEP-0045 §10.1.2). */
export async function makeRoom(client: RawClient, room: string, nick: string, fields: Fields = {}): Promise<void> {
  const self = await join(client, room, nick)
  assert.ok(codesOf(self).includes('201'), `${self}`)
  const answer = await configure(client, room, fields)
  assert.equal(answer.attrs.type, 'result', `${answer}`)
}

export type Fields = Readonly<Record<string, string>>

/** A room without an archive. */
export const UNLOGGED: Fields = { enablelogging: '0' }

/** Configures the room; names of fields without `muc#roomconfig_`. */
export async function configure(client: RawClient, room: string, fields: Fields = {}): Promise<Element> {
  const given = Object.entries({ FORM_TYPE: `${MUC}#roomconfig`, ...fields }).map(([name, value]) => {
    const field = name === 'FORM_TYPE' || name.includes('#') ? name : `muc#roomconfig_${name}`
    return `<field var='${field}'><value>${value}</value></field>`
  })
  return client.request(
    `<iq type='set' id='room-${requests++}' to='${room}'><query xmlns='${MUC}#owner'><x xmlns='jabber:x:data' type='submit'>${given.join(
      '',
    )}</x></query></iq>`,
  )
}

/** Says something to all. */
export function tell(client: RawClient, room: string, body: string, inside = ''): void {
  client.send(`<message to='${room}' type='groupchat' id='${body}'><body>${body}</body>${inside}</message>`)
}

/** The status codes of a presence or message. */
export function codesOf(stanza: Element): string[] {
  const x = stanza.getChild('x', USER)
  return (x?.getChildren('status') ?? []).map(({ attrs }) => String(attrs.code))
}

/** What a presence says of its occupant. */
export function itemOf(stanza: Element): Element | undefined {
  return stanza.getChild('x', USER)?.getChild('item') as Element | undefined
}
