import { createHash } from 'node:crypto'
import { originIdOf, peerOf, withStanzaId } from '@heliograph/archive'
import { bareOf, trusted } from '@heliograph/jid'
import { copySent, isCopiedToOthers } from '../carbons/copy.ts'
import type { SessionContext } from '../context.ts'
import { isArchivable } from '../payloads/eligibility.ts'
import type { Provenance } from '../pipeline/forward.ts'
import type { OutboundMessage } from '../pipeline/outbound-message.ts'
import { ingressKey } from '../users/repetitions.ts'
import { wantsArchived } from './preferences.ts'
import { retract } from './retraction.ts'

const ORIGIN_LENGTH = 128

/**
 * The sender's copy of an outgoing message. A message with an origin id that is archived already is one that the client sends again
 * after a session it could not resume: it isn't stored twice, and goes on under the ingress id it had first, by which its receiver
 * recognises it. The ingress id to go on under is returned; `full` when no more can wait to be stored.
 */
export function archiveSent(context: SessionContext, message: OutboundMessage): Provenance | 'full' {
  const { user, stanza, stream, count, obligation } = message
  const copied = isCopiedToOthers(user, message.resource, stanza)
  if (!context.config.archive.enabled || !isArchivable(stanza) || !wantsArchived(user, trusted(stanza.to!))) {
    if (copied) user.afterCommit.pass(() => copySent(context, message, stanza, 0))
    return message.provenance
  }
  const { peer, peerResource } = peerOf(stanza.to!)
  // A note to oneself is archived once, when it arrives. What a former owner stored is only sent on.
  if (peer === user.jid || user.sentBefore?.has(ingressKey(stream, count))) return message.provenance
  const origin = originKey(message)
  const earlier = origin === undefined ? undefined : user.origins.keyOf(origin)
  if (earlier !== undefined) return provenanceOf(earlier, message.trace)
  const id = context.clock.next(user.lastArchiveId)
  const row = {
    owner: user.jid,
    id,
    peer,
    peerResource,
    outgoing: true,
    offline: false,
    transient: false,
    stream,
    ingress: count,
    origin: origin ?? null,
    stanza,
  }
  let release = () => {}
  const ended = () => {
    release()
    obligation.release()
  }
  obligation.hold()
  const added = context.archive.add(row, {
    release: () => release(),
    stored: ended,
    failed: () => {
      context.log.error('archive_row_refused', { jid: user.jid, stanza_id: id })
      ended()
    },
  })
  if (!added) {
    context.events.archiveFull()
    obligation.release()
    return 'full'
  }
  user.lastArchiveId = id
  retract(context, user, stanza, id, true)
  if (copied) {
    release = user.afterCommit.hold(() => copySent(context, message, withStanzaId(stanza, user.jid, id), id))
    if (context.archive.degraded) release()
  }
  if (origin !== undefined) user.origins.remember(origin, ingressKey(stream, count))
  return message.provenance
}

/** Origin ids are the client's: only with the same receiver does one mean the same message. */
function originKey({ stanza }: OutboundMessage): string | undefined {
  const origin = originIdOf(stanza)
  if (origin === undefined) return undefined
  // However long the client's own id is, what is remembered of it isn't.
  const id = origin.length <= ORIGIN_LENGTH ? origin : createHash('sha256').update(origin).digest('base64url')
  return `${bareOf(trusted(stanza.to!))} ${id}`
}

function provenanceOf(key: string, trace: string): Provenance {
  const colon = key.lastIndexOf(':')
  return { stream: key.slice(0, colon), count: Number(key.slice(colon + 1)), trace }
}
