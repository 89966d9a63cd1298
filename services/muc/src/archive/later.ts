import { isUnavailable } from '@heliograph/database'
import type { Outcome } from '@heliograph/module'
import { errorReply, iqResult, type Stanza, type StanzaError, stanzaError } from '@heliograph/stanza'
import { say } from '../arrived.ts'
import type { MucContext } from '../context.ts'
import type { Room } from '../room.ts'

/** Queries of archives that may wait for others, in one instance. */
const MAX_WAITING = 500

/** Answers a request by reading the archive, beside the room's mailbox: who asks much of the past holds up nobody's present. */
export function later(
  context: MucContext,
  { room, request }: { readonly room: Room; readonly request: Stanza },
  work: () => Promise<Outcome>,
): Outcome {
  if (context.archive.queries.waiting >= MAX_WAITING) {
    context.events.full()
    return { kind: 'refuse', error: stanzaError('resource-constraint') }
  }
  context.archive.queries
    .run(work)
    .catch((error: unknown): Outcome => ({ kind: 'refuse', error: failure(context, error) }))
    .then((outcome) => answer(context, room, request, outcome))
    .catch((error: unknown) => context.log.error('answer_failed', { room: room.jid, error }))
  return { kind: 'answered' }
}

/** The result of a request, or its error, where its handler didn't wait for it. */
export function answer(context: MucContext, room: Room, request: Stanza, outcome: Outcome): void {
  if (outcome.kind === 'reply') say(context, room, iqResult(request, outcome.payload))
  if (outcome.kind === 'refuse') {
    const reply = errorReply(request, outcome.error)
    if (reply) say(context, room, reply)
  }
}

function failure({ log }: MucContext, error: unknown): StanzaError {
  if (isUnavailable(error)) return stanzaError('resource-constraint', { text: 'storage is not available now' })
  log.error('iq_handler_failed', { error })
  return stanzaError('internal-server-error')
}
