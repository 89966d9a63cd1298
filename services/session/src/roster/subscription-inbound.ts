import { type BareJid, bareOf, type Jid, trusted } from '@heliograph/jid'
import { inbound, type RosterItem, type SubscriptionType, stateOf, subscriptionOf } from '@heliograph/roster'
import { type Stanza, stanzaError } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { redeem, tokenIn } from '../invites/redeem.ts'
import { askForLastItemsOf } from '../pep/interest.ts'
import { type Arrived, refuseArrived } from '../pipeline/arrived.ts'
import { forward } from '../pipeline/forward.ts'
import { admitsRequest } from '../strangers/stranger-filter.ts'
import { persistently } from '../users/persistently.ts'
import type { User } from '../users/user.ts'
import { ROSTER_MAX, storeItem } from './store-item.ts'
import { sayAvailable, sayUnavailable, subscriptionStanza } from './subscription-stanzas.ts'

const REQUEST_BYTES = 4096

/** A subscription stanza of a contact (RFC 6121 §3, inbound). Taken when the state is stored. */
export function receiveSubscription(context: SessionContext, { user, stanza, taken }: Arrived): void {
  const contact = bareOf(trusted(stanza.from!))
  const type = stanza.type as SubscriptionType
  const done = (end: () => void) => {
    const under = user.subscribing.get(contact)! - 1
    if (under > 0) user.subscribing.set(contact, under)
    else user.subscribing.delete(contact)
    end()
  }
  user.subscribing.set(contact, (user.subscribing.get(contact) ?? 0) + 1)
  persistently(
    context,
    user,
    async () => {
      if (type === 'subscribe') await request(context, user, contact, stanza)
      else await change(context, user, contact, type, stanza)
      done(taken)
    },
    (reason) =>
      done(() =>
        refuseArrived(
          context,
          { user, stanza, taken },
          stanzaError(reason === 'full' ? 'resource-constraint' : 'internal-server-error'),
        ),
      ),
  )
}

async function request(context: SessionContext, user: User, contact: BareJid, stanza: Stanza): Promise<void> {
  if (grantedAlready(user, contact)) return grant(context, user, contact)
  const token = tokenIn(stanza)
  if (token !== undefined) {
    if (await redeem(context, user, contact, token)) return
    if (!admitsRequest(context, user, stanza)) return
  }
  return change(context, user, contact, 'subscribe', stanza)
}

/** §3.1.3: who has the subscription, or was approved beforehand (§3.4), gets the answer without asking the user again. */
function grantedAlready(user: User, contact: BareJid): boolean {
  return user.roster.isSubscriber(contact) || user.roster.get(contact)?.approved === true
}

async function grant(context: SessionContext, user: User, contact: BareJid): Promise<void> {
  const item = user.roster.get(contact)
  const isNew = !user.roster.isSubscriber(contact)
  if (item && isNew) {
    const { to } = stateOf(item)
    await storeItem(context, user, { ...item, subscription: to ? 'both' : 'from', approved: false, request: '' })
  }
  forward(context, user, subscriptionStanza(user, contact as Jid, 'subscribed'))
  if (isNew) sayAvailable(context, user, contact)
}

async function change(
  context: SessionContext,
  user: User,
  contact: BareJid,
  type: SubscriptionType,
  stanza: Stanza,
): Promise<void> {
  const before = user.roster.get(contact)
  const { state, pass } = inbound(stateOf(before), type)
  if (!pass || (before === undefined && user.roster.size >= ROSTER_MAX)) return
  const item: RosterItem = {
    jid: contact,
    name: before?.name ?? '',
    groups: before?.groups ?? [],
    subscription: subscriptionOf(state),
    ask: state.pendingOut,
    approved: before?.approved ?? false,
    request: requestAfter(before, type, state.pendingIn, stanza),
    // A request alone puts nobody on the roster (§3.1.3).
    listed: before?.listed ?? false,
  }
  await storeItem(context, user, item)
  if (type === 'unsubscribe') sayUnavailable(context, user, contact)
  deliver(context, user, stanza)
  // XEP-0163 §4.3.4: a new subscriber.
  if (type === 'subscribed' && context.hosts.isLocalUser(contact as Jid)) askForLastItemsOf(context, user, contact)
}

function requestAfter(
  before: RosterItem | undefined,
  type: SubscriptionType,
  pendingIn: boolean,
  stanza: Stanza,
): string {
  if (!pendingIn) return ''
  if (type !== 'subscribe') return before?.request ?? ''
  // A stranger's to write, and kept until it is answered.
  return (stanza.payload.length > REQUEST_BYTES ? stanza.withPayload(Buffer.alloc(0), []) : stanza).toString()
}

/** Requests go to available resources (§3.1.3), what changes the roster to interested ones (§3.1.6). */
function deliver(context: SessionContext, user: User, stanza: Stanza): void {
  for (const resource of user.resources) {
    const wants = stanza.type === 'subscribe' ? resource.available : resource.interested || resource.available
    if (wants) user.afterCommit.pass(() => context.outgoing.deliver(user, resource, stanza))
  }
}
