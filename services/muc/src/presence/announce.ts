import { Haste } from '@heliograph/bus'
import type { Parcel } from '@heliograph/distribution'
import type { MucContext } from '../context.ts'
import type { Occupant } from '../occupant.ts'
import { occupantJid, type Room } from '../room.ts'
import { takeSequences } from '../sequence.ts'
import { audienceOf } from './audience.ts'
import type { Departure, Farewell } from './farewell.ts'
import { goodbye, occupantPresence } from './occupant-presence.ts'
import { isToBeShown } from './shown.ts'
import type { Item } from './user-item.ts'

/** Sequences that one announcement takes: to those who see addresses, to the others, to the occupant himself. */
export const ANNOUNCEMENT = 3

/** What is told of an occupant beyond his presence. */
export interface News extends Pick<Departure, 'reason' | 'actor' | 'codes'> {
  /** Status codes for himself (110 is always there). */
  readonly ownCodes?: readonly number[]
  /** The id of what he sent, which comes back to him. */
  readonly id?: string | undefined
  readonly trace?: string
}

/**
 * Tells everybody an occupant's presence, each what he may know, and the occupant at last. Who isn't to be seen by his role is told alone,
 * and if he was seen before, the others hear that he isn't there.
 */
export function announce(context: MucContext, room: Room, occupant: Occupant, news: News = {}): Parcel[] {
  occupant.changed = takeSequences(context, room, ANNOUNCEMENT)
  const isShown = isToBeShown(context, room, occupant)
  const hidden = occupant.shown && !isShown
  const parcels = presenceParcels(room, occupant, { ...news, hidden, toOthers: occupant.shown || isShown })
  occupant.shown = isShown
  context.events.presence(room.occupants.clients.length)
  return parcels
}

/** The parcels of the last announcement, under the same sequences: whoever had them ignores them. */
export function announcedAgain(room: Room, occupant: Occupant): Parcel[] {
  return presenceParcels(room, occupant, { toOthers: occupant.shown, hidden: false })
}

function presenceParcels(
  room: Room,
  occupant: Occupant,
  news: News & { readonly toOthers: boolean; readonly hidden: boolean },
): Parcel[] {
  const own = occupant.sessions.map(({ jid }) => jid)
  const { sighted, others } = news.toOthers ? audienceOf(room, own) : { sighted: [], others: [] }
  const { codes = [], ownCodes = [], reason, actor, trace = '' } = news
  const { role, bare } = occupant
  const hats = room.about.hats.xmlOf(bare)
  const item: Item = { role, affiliation: room.affiliationOf(bare), reason, actor, codes, hats }
  const known: Item = { ...item, jid: occupant.foremost.jid }
  const seen = (what: Item) =>
    news.hidden
      ? goodbye({ jid: occupant.jid, occupantId: occupant.id, payload: '' }, what)
      : occupantPresence(occupant, what)
  const parcels: Parcel[] = []
  const add = (at: number, recipients: readonly string[], stanza: () => Parcel['stanza']) => {
    if (recipients.length > 0)
      parcels.push({ stanza: stanza(), recipients, sequence: occupant.changed + at, trace, haste: Haste.gather })
  }
  add(0, sighted, () => seen(known))
  add(1, others, () => seen(item))
  const self = { ...known, codes: [...codes, 110, ...ownCodes] }
  add(2, own, () => occupantPresence(occupant, self, news.id === undefined ? {} : { id: news.id }))
  return parcels
}

/** The parcels by which everybody, and those who go, hear of an occupant's end. */
export function farewellParcels(room: Room, farewell: Farewell): Parcel[] {
  const { sighted, others } = farewell.shown ? audienceOf(room, farewell.clients) : { sighted: [], others: [] }
  const { role, affiliation, reason, actor, newNick, codes = [], destroyed, occupantId, payload, sequence } = farewell
  const item: Item = { role, affiliation, reason, actor, newNick, codes, destroyed }
  const gone = { jid: occupantJid(room.jid, farewell.nick), occupantId, payload }
  const known: Item = { ...item, jid: farewell.jid }
  const parcels: Parcel[] = []
  const add = (at: number, recipients: readonly string[], what: Item) => {
    if (recipients.length > 0)
      parcels.push({ stanza: goodbye(gone, what), recipients, sequence: sequence + at, haste: Haste.gather })
  }
  add(0, sighted, known)
  add(1, others, item)
  add(2, farewell.clients, { ...known, codes: [...codes, 110] })
  return parcels
}
