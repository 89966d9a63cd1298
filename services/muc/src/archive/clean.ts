import { type BareJid, parseJid } from '@heliograph/jid'
import { NS, type Stanza } from '@heliograph/stanza'

const STANZA_ID = `{${NS.stanzaId}}stanza-id`
const DELAY = `{${NS.delay}}delay`
const OCCUPANT_ID = `{${NS.occupantId}}occupant-id`
const IN_ROOM = `{${NS.mucUser}}x`
const MODERATED = `{${NS.retraction}}retracted`
const SUSPECT = new Set([STANZA_ID, DELAY, OCCUPANT_ID, IN_ROOM, MODERATED])

/**
 * Takes out of an occupant's message what only the room may say: ids and delays in its name (XEP-0359 §6, XEP-0203 §4), any occupant id
 * (XEP-0421 §4), real addresses (XEP-0313 §5.1.3), that something was taken back, or by a moderator (XEP-0425 §6); and all delays of who may not
 * say when something was said.
 */
export function withoutForgeries(
  message: Stanza,
  room: BareJid,
  { mayDate }: { readonly mayDate: boolean } = { mayDate: true },
): Stanza {
  if (!message.children.some((name) => SUSPECT.has(name)) && !claimsModeration(message)) return message
  return message.without(
    (child) =>
      (child.is('stanza-id', NS.stanzaId) && isRoom(child.attrs.by, room)) ||
      (child.is('delay', NS.delay) && (!mayDate || isRoom(child.attrs.from, room))) ||
      child.is('occupant-id', NS.occupantId) ||
      child.is('x', NS.mucUser) ||
      child.is('retracted', NS.retraction) ||
      (child.is('retract', NS.retraction) && child.getChild('moderated', NS.moderation) !== undefined),
  )
}

/** However the address is written (RFC 7622 §3). */
function isRoom(address: string | undefined, room: BareJid): boolean {
  return address !== undefined && parseJid(address) === room
}

function claimsModeration(message: Stanza): boolean {
  return message.child('retract', NS.retraction)?.getChild('moderated', NS.moderation) !== undefined
}
