import { Address, type Envelope, Haste, type InstanceId } from '@heliograph/bus'
import { type BareJid, bareOf, type FullJid, isFull, type Jid, trusted } from '@heliograph/jid'
import { partitionOf } from '@heliograph/ownership'
import { hop } from '@heliograph/telemetry'
import type { SessionContext } from '../context.ts'
import type { Recipient } from '../users/copies.ts'
import type { User, Work } from '../users/user.ts'
import { answerProbe } from './probe.ts'

/** A multicast that is being handed out. */
interface Cast extends Work {
  /** Tells its recipients apart from those of a repetition. */
  readonly telling: number
  readonly recipients: Recipient[]
}

/**
 * One stanza for many users of this instance: fan-out of presence, probes, later rooms and nodes. Recipients not owned here go back as
 * strays. Users who are not in memory have no session and need nothing.
 */
export function receiveMulticast(context: SessionContext, envelope: Envelope, from: InstanceId): void {
  const strays: string[] = []
  const recipients: Recipient[] = []
  const cast: Cast = { envelope, from, telling: context.revisions.begin(), recipients }
  for (const address of envelope.recipients ?? []) {
    const to = trusted(address)
    const bare = bareOf(to)
    const partition = partitionOf(bare)
    if (context.ownership.epochOf(partition) === 0) strays.push(address)
    else {
      const user = context.users.find(bare as BareJid, partition)
      if (user) serve(context, cast, user, to)
    }
  }
  const span = hop(context.tracing, 'session.multicast', envelope.trace)
  const pace = { trace: span.trace, haste: Haste.gather }
  if (recipients.length > 0) context.outgoing.deliverCopies(recipients, envelope.stanza!, pace)
  span.end()
  if (strays.length > 0) context.router.strays(from, envelope.transfer, strays)
  else context.router.receipt(from, envelope.transfer)
}

function serve(context: SessionContext, cast: Cast, user: User, to: Jid): void {
  const { envelope, from, recipients } = cast
  const stanza = envelope.stanza!
  if (stanza.type === 'probe') {
    // Users without sessions have nothing to answer.
    if (user.resources.length === 0) return
    if (user.mailbox.depth < context.config.mailboxBound) user.mailbox.push({ envelope, from })
    else context.events.probeRefused()
    return
  }
  if (stanza.name === 'presence' && stale(context, user, cast)) return
  const as = isFull(to) ? Address.full : Address.bare
  for (const resource of user.resources) {
    if (isFull(to) ? resource.jid !== (to as FullJid) : !resource.available) continue
    const recipient = { user, resource, as }
    if (user.afterCommit.length === 0) recipients.push(recipient)
    else user.afterCommit.pass(() => context.outgoing.deliverCopies([recipient], stanza, { trace: envelope.trace }))
  }
}

/** In the user's mailbox, so after what is under way, and with the roster loaded. */
export function handleProbe(context: SessionContext, user: User, { envelope }: Work): void {
  if (user.exists) answerProbe(context, user, trusted(envelope.stanza!.from!))
}

/** Presence is repeated when a process died; each watcher is told a revision once. */
function stale(context: SessionContext, user: User, { envelope, telling }: Cast): boolean {
  const { count, stanza } = envelope
  return count > 0 && !context.revisions.advance(stanza!.from!, user.partition, count, telling)
}
