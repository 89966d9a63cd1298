import { codecs, Envelope, Kind, Op } from '@heliograph/bus'
import type { BareJid } from '@heliograph/jid'
import type { RosterItem } from '@heliograph/roster'
import type { SessionContext } from '../context.ts'
import type { User } from '../users/user.ts'

/**
 * A contact who saw the account's presence sees it no more, or left a group: where he may not read any more he isn't subscribed any more
 * (XEP-0163 §7).
 */
export function tellLessened(
  context: SessionContext,
  user: User,
  contact: BareJid,
  before: RosterItem | undefined,
): void {
  if (before?.subscription !== 'from' && before?.subscription !== 'both') return
  const subscriber = user.roster.isSubscriber(contact)
  const groups = user.roster.get(contact)?.groups ?? []
  if (subscriber && before.groups.every((group) => groups.includes(group))) return
  const envelope = new Envelope(Op.relation)
  envelope.emitterKind = Kind.user
  envelope.emitterPartition = user.partition
  envelope.epoch = context.ownership.heldEpochOf(user.partition)
  envelope.recipients = [contact]
  envelope.body = codecs.asker.encode({ own: false, subscriber, groups: groups.join('\0'), resources: '' })
  context.router.transfer(Kind.node, user.jid, envelope, (outcome) => {
    if (outcome !== 'taken') context.log.warn('relation_not_told', { jid: user.jid, outcome })
  })
}
