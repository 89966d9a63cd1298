import type { HandedOver } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, errorOf } from '../../support/actor.ts'
import { idsOf } from '../../support/pubsub.ts'
import { codesOf } from '../../support/room.ts'
import type { Book } from '../ledger/book.ts'
import type { RoomRecord } from '../ledger/room-record.ts'

const EVENT = 'http://jabber.org/protocol/pubsub#event'

/** Whoever has a client in the run. */
export interface Listener {
  readonly user: string
  readonly book: Book
  readonly handedOver: HandedOver
  /** How many sessions it has had. */
  readonly life: number
  send(xml: string): void
  /** Goes into a room again. */
  enter(room: string): void
}

/** Writes down what a client got. */
export function listen(who: Listener, stanza: Element): void {
  const from = String(stanza.attrs.from)
  const room = who.book.rooms.get(bareOf(from))
  if (stanza.attrs.type === 'error') hearError(who, stanza, room)
  else if (stanza.name === 'message') hearMessage(who, stanza, room)
  else if (stanza.name === 'presence' && room) seeOccupant(who, stanza, room)
  else if (stanza.name === 'presence') seeContact(who, stanza)
}

const userOf = (jid: string): string => jid.slice(0, jid.indexOf('@'))

function hearMessage(who: Listener, message: Element, room: RoomRecord | undefined): void {
  const { book, user } = who
  const id = message.getChildText('body')
  const news = message.getChild('event', EVENT)?.getChildElements()[0] as Element | undefined
  if (news) book.nodes.get(String(news.attrs.node))?.hear(user, idsOf(news), book.now())
  if (id === null || id === undefined) return
  if (room && message.attrs.type === 'groupchat') room.hear(user, id, book.now())
  else if (!who.handedOver.again(message)) {
    const flow = book.flowOf(id)
    if (flow?.to === user) flow.hear(id, book.now())
    else book.note({ concern: 'ghost', kind: 'chat', what: `${user} got ${message}` })
  }
}

function hearError(who: Listener, stanza: Element, room: RoomRecord | undefined): void {
  const condition = errorOf(stanza) ?? 'unknown'
  if (stanza.name === 'message') who.book.refused(String(stanza.attrs.id), condition, room)
  else if (stanza.name === 'presence' && room) {
    who.book.note({ concern: 'occupant', kind: room.kind, what: `${who.user} may not enter ${room.jid}: ${condition}` })
    setTimeout(() => who.enter(room.jid), 1_000)
  } else who.book.note({ concern: 'stuck', kind: stanza.name, what: `${who.user} got ${stanza}` })
}

function seeOccupant(who: Listener, presence: Element, room: RoomRecord): void {
  const { book, user } = who
  const nick = String(presence.attrs.from).split('/')[1]!
  const codes = codesOf(presence)
  const gone = presence.attrs.type === 'unavailable'
  if (codes.includes('110') || nick === user) {
    if (gone) {
      book.note({ concern: 'occupant', kind: room.kind, what: `${user} is told to be out of ${room.jid}: ${codes}` })
      room.left(user, book.now())
      who.enter(room.jid)
    } else if (!room.isIn(user)) room.entered(user, book.now())
    return
  }
  room.sees(user, nick, !gone, book.now())
}

function seeContact(who: Listener, presence: Element): void {
  const { book, user, life } = who
  const from = String(presence.attrs.from)
  const { type } = presence.attrs
  if (type === 'subscribe') who.send(`<presence to='${bareOf(from)}' type='subscribed'/>`)
  // Of a bare address: nobody is there, says a probe's answer (RFC 6121 §4.3.2).
  if ((type !== undefined && type !== 'unavailable') || !from.includes('/')) return
  const contact = userOf(from)
  if (contact === user) return
  const number = type === undefined ? Number(presence.getChildText('status')) : undefined
  book.presence(contact).see(user, number, { at: book.now(), life })
}
