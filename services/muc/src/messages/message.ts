import { type FullJid, isFull, trusted } from '@heliograph/jid'
import { NS } from '@heliograph/stanza'
import { handleForm } from '../administration/handle-form.ts'
import { type Arrived, refuse } from '../arrived.ts'
import type { MucContext } from '../context.ts'
import { declined } from '../entering/captcha-module.ts'
import type { Session } from '../occupant.ts'
import { removeBroken } from '../presence/remove-broken.ts'
import { speakAbsent } from '../subscriptions/speak-absent.ts'
import { isLogged } from './broadcast.ts'
import { sayToAll } from './groupchat.ts'
import { mediate } from './mediate.ts'
import { sayPrivately } from './private.ts'

const FORM = `{${NS.dataForms}}x`
const IN_ROOM = `{${NS.mucUser}}x`

/** A message to a room or to somebody in it. */
export function handleMessage(context: MucContext, arrived: Arrived): void | Promise<void> {
  const { room, stanza, from } = arrived
  const occupant = room.occupants.by(from)
  const session = occupant?.sessionOf(from as FullJid)
  if (stanza.type === 'error') {
    if (occupant && session) removeBroken(context, arrived, { occupant, session })
    else declined(context, room, from as FullJid)
    return arrived.taken()
  }
  if (room.details === 'absent' || room.hiddenFrom(from)) return refuse(context, arrived, 'item-not-found')
  // An invitation may be declined by who was never here.
  if (!isFull(trusted(stanza.to!)) && stanza.type !== 'groupchat' && stanza.has(IN_ROOM))
    return mediate(context, arrived)
  // An admin needn't be here to decide who is let in.
  if (!isFull(trusted(stanza.to!)) && stanza.type !== 'groupchat' && stanza.has(FORM))
    return handleForm(context, arrived)
  const subscription = session || stanza.type !== 'groupchat' ? undefined : room.about.subscribers.get(from)
  if (subscription && !isFull(trusted(stanza.to!))) return speakAbsent(context, arrived, subscription)
  // XEP-0045 §7.4, §7.5
  if (!occupant || !session) return refuse(context, arrived, 'not-acceptable')
  if (isRepeated(arrived, session)) {
    context.events.repeated()
    // What it did is certain when what was to be stored before is.
    const stored = () => context.records.changed(room, occupant, arrived.taken)
    return isLogged(context, room) ? context.archive.whenStored(stored) : stored()
  }
  if (!room.pace.allows(from, context.config.rates, performance.now())) {
    context.events.slowed()
    return refuse(context, arrived, 'resource-constraint')
  }
  if (arrived.stream !== '') session.said = { stream: arrived.stream, count: arrived.count }
  if (isFull(trusted(stanza.to!))) return sayPrivately(context, arrived, occupant)
  if (stanza.type === 'groupchat') return sayToAll(context, arrived, occupant)
  return refuse(context, arrived, 'bad-request')
}

/** The room was sent this before, by this owner or, as its archive or recovery copy says, by a former one. */
function isRepeated({ room, stream, count }: Arrived, { said }: Session): boolean {
  if (stream === '') return false
  if (said?.stream === stream && count <= said.count) return true
  return room.recent.has(stream, count) || room.carried.has(stream, count)
}
