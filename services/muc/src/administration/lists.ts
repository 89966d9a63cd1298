import type { BareJid } from '@heliograph/jid'
import { el, NS, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { mayReadMembers } from '../authority/privileges.ts'
import { type Affiliation, isAtLeast, type Standing } from '../authority/standing.ts'
import type { RoomConfig } from '../forms/room-config.ts'
import type { ListItem } from './items.ts'
import { type OccupantView, type RoomView, standingOf } from './view.ts'

/** The list that somebody asks for (XEP-0045 §8.5, §9.2, §9.5, §9.8, §10.5, §10.8), or why he doesn't get it. */
export function listFor<Occupant extends OccupantView>(
  room: RoomView<Occupant>,
  by: BareJid,
  wanted: ListItem,
  addressOf: (occupant: Occupant) => string,
): { readonly query: Element } | { readonly error: StanzaError } {
  const standing = standingOf(room, by)
  const may =
    wanted.role === undefined ? mayReadList(wanted.affiliation, standing, room.config) : mayReadRoles(standing)
  if (!may) return { error: stanzaError('forbidden') }
  const items = wanted.role === undefined ? affiliates(room, wanted.affiliation) : occupants(room, wanted, addressOf)
  return { query: el('query', { xmlns: NS.mucAdmin }, items) }
}

function mayReadRoles({ role, affiliation }: Standing): boolean {
  return role === 'moderator' || isAtLeast(affiliation, 'admin')
}

/** §10.5, §10.8: who owns and administers a room is known to its owners, and where addresses are shown to who may see the members. */
function mayReadList(list: Affiliation, standing: Standing, config: RoomConfig): boolean {
  if (list === 'outcast') return isAtLeast(standing.affiliation, 'admin')
  if (list === 'member') return mayReadMembers(standing, config)
  if (standing.affiliation === 'owner') return true
  return config.addressesFor === 'anyone' && mayReadMembers(standing, config)
}

function occupants<Occupant extends OccupantView>(
  room: RoomView<Occupant>,
  { role }: ListItem,
  addressOf: (occupant: Occupant) => string,
): Element[] {
  const found: Element[] = []
  for (const each of room.occupants) {
    if (each.role !== role) continue
    const affiliation = room.affiliates.of(each.bare)
    found.push(el('item', { affiliation, jid: addressOf(each), nick: each.nick, role }))
  }
  return found
}

/** With the nick that is kept for each, as clients show it, and the role of who is there. */
function affiliates(room: RoomView<OccupantView>, affiliation: Affiliation): Element[] {
  return [...room.affiliates.list(affiliation)].map(({ jid, nick, reason }) => {
    const present = affiliation === 'outcast' ? undefined : room.occupants.of(jid)[0]
    const attrs = { affiliation, jid, nick: nick ?? present?.nick, role: present?.role }
    return el('item', attrs, reason !== undefined && el('reason', null, reason))
  })
}
