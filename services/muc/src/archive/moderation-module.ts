import { randomUUID } from 'node:crypto'
import { archiveId, type SaidMessage } from '@heliograph/archive'
import { defineModule, type Outcome, onSet, refuse, reply } from '@heliograph/module'
import { el, NS, type Stanza, type StanzaError, stanza, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { type ItemIq, inRoom, type RoomIq } from '../iqs/room-iq.ts'
import { broadcast } from '../messages/broadcast.ts'
import type { Occupant } from '../occupant.ts'
import { hasArchive } from './archive-module.ts'
import { answer, later } from './later.ts'
import { bury, findSaid, persistently } from './retraction.ts'

const REASON_LENGTH = 1_000

/** XEP-0425: Moderated Message Retraction. */
export const moderation = defineModule<RoomIq>({
  name: 'moderation',
  xeps: [{ number: '0425', version: '0.3.0' }],
  features: { item: [NS.moderation] },
  iq: [onSet('item', `{${NS.moderation}}moderate`, moderate)],
})

interface Ruling {
  readonly id: number
  readonly reason: string
}

function moderate(request: Stanza, asked: RoomIq): Outcome {
  const iq = inRoom(asked)
  const { room, muc } = iq
  const wanted = request.child('moderate', NS.moderation)!
  if (!wanted.getChild('retract', NS.retraction)) return refuse(stanzaError('bad-request'))
  const judge = moderatorOf(iq)
  if ('condition' in judge) return refuse(judge)
  const id = archiveId((wanted.attrs.id as string | undefined) ?? '')
  const ruling = { id, reason: (wanted.getChildText('reason') ?? '').slice(0, REASON_LENGTH) }
  return later(muc, { room, request }, async () => {
    const stored = await findSaid(muc, room, id)
    if (!stored) return refuse(stanzaError('item-not-found'))
    // In the room's order, and answered when it is done.
    const isTaken = room.mailbox.push(() => announce(iq, request, { ruling, stored }))
    return isTaken ? { kind: 'answered' } : refuse(stanzaError('resource-constraint'))
  })
}

/** Who asks, if he may moderate now, or why he may not. */
function moderatorOf({ room, muc, from }: ItemIq): Occupant | StanzaError {
  if (room.details === 'absent') return stanzaError('item-not-found')
  if (!hasArchive(muc, room.about.config.logged)) return stanzaError('feature-not-implemented')
  const occupant = room.occupants.by(from)
  if (occupant?.role === 'moderator') return occupant
  return stanzaError('forbidden', { text: 'only moderators take back what others say' })
}

/** §4.1: everybody is told, in the name of the room. */
function announce(
  iq: ItemIq,
  request: Stanza,
  { ruling, stored }: { readonly ruling: Ruling; readonly stored: SaidMessage },
): void {
  const { room, muc, from } = iq
  // While the message was looked for, the room may have ended, and he may have been removed.
  const moderator = moderatorOf(iq)
  if ('condition' in moderator) return answer(muc, room, request, refuse(moderator))
  const id = randomUUID()
  const details = detailsOf(moderator, ruling)
  const retract = el('retract', { xmlns: NS.retraction, id: ruling.id }, details)
  const message = stanza('message', { type: 'groupchat', id, from: room.jid }, retract)
  const arrived = { room, stanza: request, from, stream: '', count: 0, trace: '' }
  let at = 0
  const taken = () => {
    const retraction = { id, at, details }
    persistently(muc, room, async () => {
      await bury(muc, room, { stored, retraction })
      answer(muc, room, request, reply())
    })
  }
  const sent = broadcast(muc, { ...arrived, taken }, { message })
  if (sent === undefined) return answer(muc, room, request, refuse(stanzaError('resource-constraint')))
  at = sent
}

/** §5: who it was, and why. */
function detailsOf(moderator: Occupant, { reason }: Ruling): readonly Element[] {
  const occupantId = el('occupant-id', { xmlns: NS.occupantId, id: moderator.id })
  const moderated = el('moderated', { xmlns: NS.moderation, by: moderator.jid }, occupantId)
  return reason === '' ? [moderated] : [moderated, el('reason', null, reason)]
}
