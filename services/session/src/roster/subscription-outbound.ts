import { type BareJid, bareOf, type Jid, trusted } from '@heliograph/jid'
import { outbound, type RosterItem, type SubscriptionType, stateOf, subscriptionOf } from '@heliograph/roster'
import { errorReply, type StanzaCondition, stanzaError } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { bounce } from '../pipeline/bounce.ts'
import { forward, SERVER_MADE } from '../pipeline/forward.ts'
import type { Sent } from '../pipeline/sent.ts'
import { persistently } from '../users/persistently.ts'
import { ROSTER_MAX, storeItem } from './store-item.ts'
import { sayAvailable, sayUnavailable } from './subscription-stanzas.ts'

/** A subscription stanza of the user's client (RFC 6121 §3, outbound). In custody when the state is stored and the contact's side has it. */
export function sendSubscription(context: SessionContext, sent: Sent): void {
  const { user, resource, stanza, obligation } = sent
  const type = stanza.type as SubscriptionType
  const contact = stanza.to === undefined ? undefined : bareOf(trusted(stanza.to))
  const refuse = (condition: StanzaCondition) => {
    const reply = errorReply(stanza, stanzaError(condition))
    if (reply && user.resources.includes(resource)) context.outgoing.deliver(user, resource, reply)
  }
  if (contact === undefined || contact === user.jid) return refuse('bad-request')
  const isNew = user.roster.get(contact) === undefined
  if (isNew && user.roster.size >= ROSTER_MAX) return refuse('resource-constraint')
  obligation.hold()
  persistently(
    context,
    user,
    async () => {
      const pass = await transition(context, sent, contact, type)
      if (pass) {
        obligation.hold()
        // RFC 6121 §3.1.2: between bare JIDs.
        const outgoing = stanza.with({ from: user.jid, to: contact as Jid })
        forward(context, user, outgoing, SERVER_MADE, (outcome) => {
          if (outcome !== 'taken') bounce(context, sent, outcome)
          obligation.release()
        })
      }
      if (type === 'subscribed' && pass) sayAvailable(context, user, contact)
      obligation.release()
    },
    (reason) => {
      refuse(reason === 'full' ? 'resource-constraint' : 'internal-server-error')
      obligation.release()
    },
  )
}

/** Stores what the stanza changes. True when it goes on to the contact. */
async function transition(
  context: SessionContext,
  { user }: Sent,
  contact: BareJid,
  type: SubscriptionType,
): Promise<boolean> {
  const before = user.roster.get(contact)
  const { state, pass } = outbound(stateOf(before), type)
  const item: RosterItem = {
    jid: contact,
    name: before?.name ?? '',
    groups: before?.groups ?? [],
    subscription: subscriptionOf(state),
    ask: state.pendingOut,
    approved: approvedAfter(before, type, pass),
    request: state.pendingIn ? (before?.request ?? '') : '',
    // §3.1.2: asking puts the contact on the roster; approving does, too. Declining a stranger doesn't.
    listed: before?.listed === true || type === 'subscribe' || type === 'subscribed',
  }
  // §3.2.1: a contact that loses the subscription sees the user go before it is told.
  if (type === 'unsubscribed' && stateOf(before).from) sayUnavailable(context, user, contact)
  if (before === undefined && !item.listed) return pass
  if (!same(before, item)) await storeItem(context, user, item)
  return pass
}

/** §3.4: `subscribed` before the contact has asked is kept for when it does; `unsubscribed` takes it back. */
function approvedAfter(before: RosterItem | undefined, type: SubscriptionType, passed: boolean): boolean {
  if (type === 'unsubscribed') return false
  const from = before?.subscription === 'from' || before?.subscription === 'both'
  if (type === 'subscribed') return !passed && !from
  return before?.approved ?? false
}

function same(before: RosterItem | undefined, item: RosterItem): boolean {
  return (
    before !== undefined &&
    before.subscription === item.subscription &&
    before.ask === item.ask &&
    before.approved === item.approved &&
    before.request === item.request &&
    before.listed === item.listed
  )
}
