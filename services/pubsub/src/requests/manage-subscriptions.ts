import { randomBytes } from 'node:crypto'
import { bareOf, type Jid, parseJid } from '@heliograph/jid'
import { type Outcome, refuse, reply } from '@heliograph/module'
import { el, NS, readRsm, rsmElement, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { Subscription } from '../access/standing.ts'
import { DEFAULT_OPTIONS } from '../forms/subscribe-options.ts'
import { tellLastItem } from '../notify/last-item.ts'
import { takeSequences } from '../notify/tell.ts'
import { tellState } from './authorize.ts'
import type { ItemIq } from './node-iq.ts'
import { childrenOf, isError, isOwner, type Operation } from './operation.ts'

/** In one answer, and in one request. */
const PAGE = 500
const STATES = ['none', 'pending', 'subscribed'] as const

/** XEP-0060 §8.8.1 */
export const listSubscriptions: Operation = {
  async handle(iq, { pubsub: around }): Promise<Outcome> {
    if (!(await isOwner(iq))) return refuse(stanzaError('forbidden'))
    const set = around.getChild('set', NS.rsm) as Element | undefined
    const page = set && readRsm(set)
    if (set && !page) return refuse(stanzaError('bad-request'))
    const { people } = iq.pubsub.store
    const max = Math.min(page?.max ?? PAGE, PAGE)
    const all = await people.subscriptions(iq.node.about.id, { after: page?.after ?? '', max })
    const items = all.map(({ jid, subid, state }) => el('subscription', { jid, subid, subscription: state }))
    const rsm = set || all.length === PAGE ? rsmElement({ first: all[0]?.jid, last: all.at(-1)?.jid }) : null
    return reply(el('pubsub', { xmlns: NS.pubsubOwner }, el('subscriptions', { node: iq.node.name }, items), rsm))
  },
}

interface Change {
  readonly jid: Jid
  readonly state: (typeof STATES)[number]
}

interface Planned extends Change {
  readonly present: Subscription | undefined
}

/** §8.8.2: all or none. */
export const setSubscriptions: Operation = {
  async handle(iq, { element }): Promise<Outcome> {
    if (!(await isOwner(iq))) return refuse(stanzaError('forbidden'))
    const changes = readChanges(element)
    if (isError(changes)) return refuse(changes)
    const planned: Planned[] = []
    for (const change of changes) {
      const present = await presentOf(iq, change.jid)
      // Nobody is told of nodes who didn't ask to be, or they would be a way to bother people.
      if (!present && change.state !== 'none' && !maySubscribe(iq, change.jid))
        return refuse(stanzaError('not-allowed', { text: `${change.jid} has not asked to subscribe` }))
      planned.push({ ...change, present })
    }
    await carryOut(iq, planned)
    return reply()
  },
}

function readChanges(element: Element): Change[] | StanzaError {
  const changes = new Map<Jid, Change>()
  for (const { attrs } of childrenOf(element, 'subscription')) {
    const jid = parseJid(attrs.jid ?? '')
    if (jid === undefined) return stanzaError('bad-request', { text: 'not an address' })
    const state = STATES.find((each) => each === attrs.subscription)
    if (state === undefined) return stanzaError('bad-request', { text: 'not a state of a subscription' })
    changes.set(jid, { jid, state })
  }
  const isFit = changes.size > 0 && changes.size <= PAGE
  return isFit ? [...changes.values()] : stanzaError('bad-request', { text: `takes 1 to ${PAGE} subscriptions` })
}

async function presentOf({ pubsub, node }: ItemIq, jid: Jid): Promise<Subscription | undefined> {
  const { subscriptions } = await pubsub.store.people.standing(node.about.id, bareOf(jid))
  return subscriptions.find((each) => each.jid === jid)
}

/** Himself, or, as an administrator, anybody. */
function maySubscribe({ pubsub, from, asker }: ItemIq, jid: Jid): boolean {
  return bareOf(jid) === bareOf(from) || (!asker && pubsub.config.admins.includes(bareOf(from)))
}

async function carryOut(iq: ItemIq, planned: readonly Planned[]): Promise<void> {
  const { pubsub: context, node, stream, count, hold } = iq
  const isSo = ({ state, present }: Planned) => (present?.state ?? 'none') === state
  const changed = planned.filter((each) => !isSo(each))
  const begun = changed.flatMap(({ jid, state, present }) => (state === 'none' ? [] : [begin(jid, state, present)]))
  const ended = changed.flatMap(({ jid, state }) => (state === 'none' ? [jid] : []))
  const request = { stream, count, sequence: takeSequences(context, node) }
  const isKnown = await context.store.people.setSubscriptions(node.about.id, { begun, ended }, request)
  node.peopleChanged()
  // What came before is told again, as far as it is still so.
  for (const { jid, state } of isKnown ? planned.filter(isSo) : changed) {
    // §8.8.4
    tellState(context, node, { jid, state, told: hold() })
    if (state === 'subscribed') await tellLastItem(context, node, jid)
  }
}

function begin(jid: Jid, state: 'pending' | 'subscribed', present: Subscription | undefined): Subscription {
  const subid = present?.subid ?? randomBytes(9).toString('base64url')
  return { ...DEFAULT_OPTIONS, ...present, jid, subid, state }
}
