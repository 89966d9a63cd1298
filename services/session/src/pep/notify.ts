import { Address, codecs, type Envelope, type InstanceId } from '@heliograph/bus'
import { type BareJid, bareOf, trusted } from '@heliograph/jid'
import { partitionOf } from '@heliograph/ownership'
import { hop } from '@heliograph/telemetry'
import { blocks } from '../blocking/blocked.ts'
import type { SessionContext } from '../context.ts'
import type { Recipient } from '../users/copies.ts'
import type { User, Work } from '../users/user.ts'
import { wants } from './wants.ts'

/**
 * News of a node of an account for contacts of it on this instance: to their clients that want to hear of that node. Contacts not owned here go
 * back as strays.
 */
export function receiveNotify(context: SessionContext, envelope: Envelope, from: InstanceId): void {
  const strays: string[] = []
  const recipients: Recipient[] = []
  const { node } = codecs.news.decode(envelope.body ?? new Uint8Array())
  for (const address of envelope.recipients ?? []) {
    const jid = bareOf(trusted(address)) as BareJid
    const partition = partitionOf(jid)
    if (context.ownership.epochOf(partition) === 0) {
      strays.push(address)
      continue
    }
    const user = context.users.find(jid, partition)
    if (!user || user.resources.length === 0) continue
    if (user.profile !== undefined) handOut(context, user, { envelope, node, recipients })
    // Taken over a moment ago: whom the user blocks has to be read first.
    else if (user.mailbox.depth < context.config.mailboxBound) user.mailbox.push({ envelope, from })
  }
  const span = hop(context.tracing, 'session.notify', envelope.trace)
  if (recipients.length > 0) context.outgoing.deliverCopies(recipients, envelope.stanza!, { trace: span.trace })
  span.end()
  if (strays.length > 0) context.router.strays(from, envelope.transfer, strays)
  else context.router.receipt(from, envelope.transfer)
}

/** The same in the user's mailbox, with what is to be known of the user. */
export function handleNotify(context: SessionContext, user: User, { envelope }: Work): void {
  const recipients: Recipient[] = []
  const { node } = codecs.news.decode(envelope.body ?? new Uint8Array())
  handOut(context, user, { envelope, node, recipients })
  if (recipients.length > 0) context.outgoing.deliverCopies(recipients, envelope.stanza!, { trace: envelope.trace })
}

interface Notice {
  readonly envelope: Envelope
  readonly node: string
  readonly recipients: Recipient[]
}

function handOut(context: SessionContext, user: User, { envelope, node, recipients }: Notice): void {
  const stanza = envelope.stanza!
  if (blocks(user, stanza.from)) return
  for (const resource of user.resources) {
    if (!wants(context, resource, node)) continue
    const recipient = { user, resource, as: Address.full }
    if (user.afterCommit.length === 0) recipients.push(recipient)
    else
      user.afterCommit.pass(() => {
        if (user.resources.includes(resource))
          context.outgoing.deliverCopies([recipient], stanza, { trace: envelope.trace })
      })
  }
}
