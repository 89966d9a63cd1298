import { type HeadChanges, NS, Stanza } from '@heliograph/stanza'
import { HATS } from '../hats/room-hats.ts'
import type { Occupant } from '../occupant.ts'
import { type Item, OCCUPANT_ID, occupantIdXml, USER_X, userItem } from './user-item.ts'

/** A client's presence as its room keeps it: without addresses, and without what only rooms say (XEP-0045 §7.2, XEP-0317 §3.1, XEP-0421 §4). */
export function keptPresence(presence: Stanza): Stanza {
  const mine = [`{${NS.muc}}x`, USER_X, OCCUPANT_ID, HATS]
  const bare = presence.with({ from: undefined, to: undefined, id: undefined })
  if (!presence.children.some((name) => mine.includes(name))) return bare
  return bare.without(
    (child) =>
      child.is('x', NS.muc) ||
      child.is('x', NS.mucUser) ||
      child.is('occupant-id', NS.occupantId) ||
      child.is('hats', NS.mucHats),
  )
}

/** What others hear of an occupant who is there. */
export function occupantPresence(occupant: Occupant, item: Item, head: HeadChanges = {}): Stanza {
  const kept = occupant.foremost.presence.with({ from: occupant.jid, ...head })
  const said = kept.append(occupantIdXml(occupant.id), OCCUPANT_ID).append(userItem(item), USER_X)
  return item.hats ? said.append(item.hats, HATS) : said
}

/** The same for those who enter: made once for many who come one after the other. */
export function presenceShown(occupant: Occupant, item: Pick<Item, 'role' | 'affiliation' | 'jid' | 'hats'>): Stanza {
  const { presence } = occupant.foremost
  const { role, affiliation, jid, hats } = item
  const last = occupant.lastShown
  const isHis = last?.presence === presence && last.role === role && last.affiliation === affiliation
  const known = isHis && last.jid === jid && last.hats === hats ? last.stanza.deref() : undefined
  if (known) return known
  const stanza = occupantPresence(occupant, item)
  occupant.lastShown = { presence, role, affiliation, jid, hats, stanza: new WeakRef(stanza) }
  return stanza
}

/** What others hear of one who isn't any more. `payload`: what he said on leaving. */
export function goodbye(
  {
    jid,
    occupantId,
    payload,
  }: { readonly jid: Occupant['jid']; readonly occupantId: string; readonly payload: string },
  item: Item,
): Stanza {
  const text = `${payload}${occupantIdXml(occupantId)}${userItem(item)}`
  const children = [...(payload === '' ? [] : ['{jabber:client}status']), OCCUPANT_ID, USER_X]
  return new Stanza({ name: 'presence', type: 'unavailable', from: jid, payload: Buffer.from(text), children })
}
