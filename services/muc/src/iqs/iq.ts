import { isUnavailable } from '@heliograph/database'
import { isFull, trusted } from '@heliograph/jid'
import { respond } from '@heliograph/module'
import { type Stanza, type StanzaError, stanzaError } from '@heliograph/stanza'
import { type Arrived, refuse, say } from '../arrived.ts'
import type { MucContext } from '../context.ts'
import { relayIq } from './relay.ts'
import type { ItemIq, RoomIq } from './room-iq.ts'

/** An IQ to a room, or to somebody in it. */
export function handleIq(context: MucContext, arrived: Arrived): void | Promise<void> {
  const { room, stanza, from, taken } = arrived
  const isRequest = stanza.type === 'get' || stanza.type === 'set'
  if (room.details === 'absent' || room.hiddenFrom(from))
    return isRequest ? refuse(context, arrived, 'item-not-found') : taken()
  if (isFull(trusted(stanza.to!))) return relayIq(context, arrived)
  if (!isRequest) return taken()
  const asked: ItemIq = { muc: context, from, room, occupant: room.occupants.by(from) }
  const answer = answerIq(context, 'item', { stanza, asked })
  const send = (reply: Stanza | undefined) => {
    if (reply) say(context, room, reply)
    taken()
  }
  return answer instanceof Promise ? answer.then(send) : send(answer)
}

/** By the module that handles it. */
export function answerIq(
  context: MucContext,
  entity: 'server' | 'item',
  { stanza, asked }: { readonly stanza: Stanza; readonly asked: RoomIq },
): Stanza | undefined | Promise<Stanza | undefined> {
  return respond(stanza, {
    registry: context.modules,
    entity,
    context: asked,
    failed: (error) => failure(context, error),
  })
}

function failure({ log }: MucContext, error: unknown): StanzaError {
  if (isUnavailable(error)) return stanzaError('resource-constraint', { text: 'storage is not available now' })
  log.error('iq_handler_failed', { error })
  return stanzaError('internal-server-error')
}
