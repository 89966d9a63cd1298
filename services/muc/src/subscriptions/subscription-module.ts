import { type BareJid, bareOf, domainOf, isDomain, parseJid, prepareResource, trusted } from '@heliograph/jid'
import { defineModule, type Outcome, onGet, onSet, refuse, reply } from '@heliograph/module'
import { el, NS, type Stanza, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { refusedEntry } from '../authority/entry.ts'
import { isAtLeast } from '../authority/standing.ts'
import { isTaken } from '../entering/admission.ts'
import { isListed } from '../entering/remove-listed.ts'
import { type ItemIq, inRoom, type RoomIq } from '../iqs/room-iq.ts'
import { lockedNick } from '../registration/locked-nick.ts'
import { takeSequences } from '../sequence.ts'
import { SUBSCRIBED_NODES, type SubscribedNode } from '../store/stored-room.ts'
import { tellEnded } from './end-subscriptions.ts'
import { eventElements, nodeNamed } from './event.ts'

const SUBSCRIBE = `{${NS.mucSub}}subscribe`
const UNSUBSCRIBE = `{${NS.mucSub}}unsubscribe`
const SUBSCRIPTIONS = `{${NS.mucSub}}subscriptions`

/** MUC/Sub, as ejabberd documents it: users have what is said in a room sent to them while they aren't there. Rooms announce it that allow it. */
export const subscriptions = defineModule<RoomIq>({
  name: 'room-subscriptions',
  features: { server: [NS.mucSub], item: [NS.mucSub] },
  iq: [
    onSet('item', SUBSCRIBE, subscribe),
    onSet('item', UNSUBSCRIBE, unsubscribe),
    onGet('item', SUBSCRIPTIONS, listed),
    onGet('server', SUBSCRIPTIONS, ownRooms),
  ],
})

interface Wanted {
  readonly user: BareJid
  readonly nick: string
  readonly nodes: readonly SubscribedNode[]
}

async function subscribe(request: Stanza, iq: RoomIq): Promise<Outcome> {
  const item = inRoom(iq)
  const { room, muc } = item
  const element = request.child('subscribe', NS.mucSub)!
  const refused = refusal(item, element)
  if (refused) return refuse(refused)
  const wanted = read(item, element)
  if ('condition' in wanted) return refuse(wanted)
  const { user, nick, nodes } = wanted
  const since = room.about.subscribers.get(user)?.since ?? takeSequences(muc, room)
  const subscription = { jid: user, nick, nodes, since }
  await muc.store.setSubscription(room.jid, subscription)
  room.about.subscribers.put(subscription)
  return reply(el('subscribe', { xmlns: NS.mucSub }, eventElements(nodes)))
}

/** Why who asks may not: as if he wanted to enter (XEP-0045 §7.2). */
function refusal({ room, muc, from, occupant }: ItemIq, element: Element): StanzaError | undefined {
  const { config, subscribers } = room.about
  const user = bareOf(from)
  if (!room.pace.allowsOutsider(user, muc.config.rates, performance.now())) return stanzaError('resource-constraint')
  // Nobody is sent what he didn't ask for.
  if (element.attrs.jid !== undefined && parseJid(element.attrs.jid) !== user)
    return stanzaError('not-allowed', { text: 'users subscribe themselves' })
  if (!config.subscriptions || isDomain(user)) return stanzaError('not-allowed')
  const affiliation = room.affiliationOf(user)
  const refused = refusedEntry(affiliation, config)
  if (refused !== undefined) return stanzaError(refused, { type: 'auth' })
  if (isListed(muc, room, user)) return stanzaError('forbidden', { type: 'auth' })
  if (occupant || subscribers.get(user)) return undefined
  if (config.passwordProtected && element.attrs.password !== config.password) return stanzaError('not-authorized')
  if (config.captchaProtected && affiliation === 'none' && muc.challenges.areAsked)
    return stanzaError('not-acceptable', { text: 'enter the room first' })
  const { maxFollowers } = muc.config
  return subscribers.size >= maxFollowers
    ? stanzaError('resource-constraint', { text: `${maxFollowers} follow this room already` })
    : undefined
}

function read({ room, from, occupant }: ItemIq, element: Element): Wanted | StanzaError {
  const { subscribers, affiliates } = room.about
  const user = bareOf(from)
  const given = element.attrs.nick as string | undefined
  const nick =
    given === undefined
      ? (subscribers.get(user)?.nick ?? affiliates.nickOf(user) ?? occupant?.nick)
      : prepareResource(given)
  if (nick === undefined && given !== undefined) return stanzaError('jid-malformed', { text: 'no good nick' })
  if (nick === undefined) return stanzaError('bad-request', { text: 'without a nick' })
  const own = lockedNick(room, user) ?? nick
  if (isTaken(room, own, user)) return stanzaError('conflict')
  const names = element.getChildren('event').map(({ attrs }) => attrs.node as string | undefined)
  const nodes = SUBSCRIBED_NODES.filter((node) => names.some((name) => nodeNamed(name, [node])))
  return nodes.length > 0
    ? { user, nick: own, nodes }
    : stanzaError('not-acceptable', { text: 'no node that is told here' })
}

/** Of oneself, or, by those who moderate, of others. */
async function unsubscribe(request: Stanza, iq: RoomIq): Promise<Outcome> {
  const item = inRoom(iq)
  const { room, muc, from } = item
  const given = request.child('unsubscribe', NS.mucSub)!.attrs.jid as string | undefined
  const named = given === undefined ? from : parseJid(given)
  if (named === undefined) return refuse(stanzaError('jid-malformed'))
  const user = bareOf(named)
  if (user !== bareOf(from) && !mayManage(item)) return refuse(stanzaError('forbidden'))
  const known = room.about.subscribers.get(user)
  if (!known) return refuse(stanzaError('item-not-found'))
  await muc.store.endSubscriptions(room.jid, [user])
  room.about.subscribers.delete(user)
  if (user !== bareOf(from)) tellEnded(muc, room, [known])
  return reply()
}

/** All who follow the room, told those who may end it. */
function listed(_request: Stanza, iq: RoomIq): Outcome {
  const item = inRoom(iq)
  if (!mayManage(item)) return refuse(stanzaError('forbidden'))
  const all = [...item.room.about.subscribers].map(({ jid, nick, nodes }) =>
    el('subscription', { jid, nick }, eventElements(nodes)),
  )
  return reply(el('subscriptions', { xmlns: NS.mucSub }, all))
}

async function ownRooms(request: Stanza, { muc, from }: RoomIq): Promise<Outcome> {
  const found = await muc.store.subscriptionsOf(bareOf(from), domainOf(trusted(request.to!)))
  const all = found.map(({ room, nick, nodes }) => el('subscription', { jid: room, nick }, eventElements(nodes)))
  return reply(el('subscriptions', { xmlns: NS.mucSub }, all))
}

function mayManage({ room, from }: ItemIq): boolean {
  const { role, affiliation } = room.standingOf(from)
  return role === 'moderator' || isAtLeast(affiliation, 'admin')
}
