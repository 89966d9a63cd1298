import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Jid } from '@heliograph/jid'
import { DEFAULT_CONFIG } from '../forms/config-form.ts'
import type { NodeConfig } from '../forms/node-config.ts'
import { DEFAULT_OPTIONS } from '../forms/subscribe-options.ts'
import { admission, mayPublish, onlyOwnItems, refusedReading } from './rules.ts'
import { AFFILIATIONS, type Affiliation, type Standing } from './standing.ts'

const node = (changes: Partial<NodeConfig>): NodeConfig => ({ ...DEFAULT_CONFIG, ...changes })
const as = (affiliation: Affiliation, state?: 'subscribed' | 'pending', expire?: number): Standing => ({
  affiliation,
  subscriptions: state ? [{ ...DEFAULT_OPTIONS, jid: 'romeo@montague.example' as Jid, subid: 's', state, expire }] : [],
})
const told = (verdict: ReturnType<typeof admission>) =>
  typeof verdict === 'string' ? verdict : `${verdict.condition} ${verdict.application?.name ?? ''}`.trim()

/** For each of owner, publisher, publish-only, member, none, outcast. */
const ofAll = <T>(read: (affiliation: Affiliation) => T) => AFFILIATIONS.map(read)

test('who may read, by access model and affiliation (XEP-0060 §4.1, §4.5)', () => {
  const reads = (accessModel: NodeConfig['accessModel']) =>
    ofAll((affiliation) => refusedReading(node({ accessModel }), as(affiliation))?.condition ?? 'yes')
  assert.deepEqual(reads('open'), ['yes', 'yes', 'forbidden', 'yes', 'yes', 'forbidden'])
  assert.deepEqual(reads('whitelist'), ['yes', 'yes', 'forbidden', 'yes', 'not-allowed', 'forbidden'])
  assert.deepEqual(reads('authorize'), ['yes', 'yes', 'forbidden', 'yes', 'not-authorized', 'forbidden'])
  const ask = node({ accessModel: 'authorize' })
  assert.equal(refusedReading(ask, as('none', 'subscribed')), undefined)
  assert.equal(refusedReading(ask, as('none', 'pending'))?.application?.name, 'not-subscribed')
  assert.equal(refusedReading(ask, as('none', 'subscribed', 1))?.condition, 'not-authorized')
})

test('who may subscribe', () => {
  const subscribes = (changes: Partial<NodeConfig>) =>
    ofAll((affiliation) => told(admission(node(changes), as(affiliation))))
  assert.deepEqual(subscribes({}), ['subscribed', 'subscribed', 'forbidden', 'subscribed', 'subscribed', 'forbidden'])
  assert.equal(subscribes({ accessModel: 'whitelist' })[4], 'not-allowed closed-node')
  assert.equal(subscribes({ accessModel: 'authorize' })[4], 'pending')
  assert.deepEqual(subscribes({ subscribe: false }).slice(0, 2), ['subscribed', 'feature-not-implemented unsupported'])
})

test('who may publish, and whose items he may replace and retract', () => {
  const publishes = (publishModel: NodeConfig['publishModel'], state?: 'subscribed' | 'pending') =>
    ofAll((affiliation) => mayPublish(node({ publishModel }), as(affiliation, state)))
  assert.deepEqual(publishes('publishers'), [true, true, true, false, false, false])
  assert.deepEqual(publishes('open'), [true, true, true, true, true, false])
  assert.deepEqual(publishes('subscribers', 'subscribed'), [true, true, true, true, true, false])
  assert.deepEqual(publishes('subscribers', 'pending'), [true, true, true, false, false, false])
  assert.deepEqual(
    ofAll((each) => onlyOwnItems(as(each), 'replace')),
    [false, false, true, true, true, true],
  )
  assert.deepEqual(
    ofAll((each) => onlyOwnItems(as(each), 'retract')),
    [false, true, true, true, true, true],
  )
})

test('what contacts of an account may read is up to its roster', () => {
  const reads = (changes: Partial<NodeConfig>, asker: Partial<Standing>) =>
    refusedReading(node(changes), { ...as('none'), ...asker })?.application?.name ?? 'yes'
  assert.equal(reads({ accessModel: 'presence' }, {}), 'presence-subscription-required')
  assert.equal(reads({ accessModel: 'presence' }, { subscriber: true }), 'yes')
  const grouped = { accessModel: 'roster', rosterGroups: ['Friends', 'Work'] } as const
  assert.equal(reads(grouped, { subscriber: false, groups: ['Work'] }), 'presence-subscription-required')
  assert.equal(reads(grouped, { subscriber: true, groups: ['Family'] }), 'not-in-roster-group')
  assert.equal(reads(grouped, { subscriber: true, groups: ['Family', 'Work'] }), 'yes')
  assert.equal(
    told(admission(node(grouped), { ...as('none'), subscriber: true })),
    'not-authorized not-in-roster-group',
  )
  assert.equal(told(admission(node({ accessModel: 'presence' }), { ...as('none'), subscriber: true })), 'subscribed')
  assert.equal(refusedReading(node(grouped), as('member')), undefined)
})
