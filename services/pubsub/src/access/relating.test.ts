import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare } from '@heliograph/jid'
import { DEFAULT_CONFIG } from '../forms/config-form.ts'
import type { NodeConfig } from '../forms/node-config.ts'
import { differenceOf, PARENTS_MAX, type Party, problemOf } from './relating.ts'

const romeo = ensureBare('romeo@montague.example')

const party = (changes: Partial<Omit<Party, 'config'>>, config: Partial<NodeConfig> = {}): Party => ({
  ...{ id: '1', node: 'n', isOwner: true, children: 0, parents: 0 },
  ...changes,
  config: { ...DEFAULT_CONFIG, ...config },
})
const collection = (changes: Partial<Omit<Party, 'config'>>, config: Partial<NodeConfig> = {}) =>
  party(changes, { nodeType: 'collection', ...config })

test('what is wanted is compared with what is there', () => {
  const present = ['a', 'b']
  assert.deepEqual(differenceOf(undefined, present), { added: [], removed: [] })
  assert.deepEqual(differenceOf({ all: ['b', 'c'] }, present), { added: ['c'], removed: ['a'] })
  assert.deepEqual(differenceOf({ more: 'c' }, present), { added: ['c'], removed: [] })
  assert.deepEqual(differenceOf({ more: 'a' }, present), { added: [], removed: [] })
  assert.deepEqual(differenceOf({ less: 'a' }, present), { added: [], removed: ['a'] })
  assert.equal(differenceOf({ less: 'c' }, present), 'not-related')
})

test('who may put what where (XEP-0248 §7.2)', () => {
  const leaf = party({})
  const adding = (parent: Party, child = leaf) => problemOf({ added: [{ parent, child }], removed: [] }, romeo)
  const foreign = { isOwner: false }
  assert.equal(adding(collection({})), undefined)
  assert.equal(adding(collection({}), party(foreign)), 'forbidden')
  assert.equal(adding(collection(foreign)), 'forbidden')
  assert.equal(adding(collection(foreign, { childrenPolicy: 'whitelist' })), 'forbidden')
  assert.equal(adding(collection(foreign, { childrenPolicy: 'whitelist', childrenWhitelist: [romeo] })), undefined)
  assert.equal(adding(collection(foreign, { childrenPolicy: 'all' })), undefined)
  assert.equal(adding(collection(foreign, { childrenPolicy: 'all' }), party(foreign)), 'forbidden')
  assert.equal(adding(party({})), 'leaf')
  assert.equal(adding(collection({ children: 1 }, { childrenMax: 2 })), undefined)
  assert.equal(adding(collection({ children: 2 }, { childrenMax: 2 })), 'full')
  assert.equal(adding(collection({}), party({ parents: PARENTS_MAX })), 'deep')
})

test('several at once count together, and what goes makes room', () => {
  const parent = collection({ children: 1 }, { childrenMax: 2 })
  const [a, b, gone] = [party({}), party({}), party({ isOwner: false })]
  const added = [a, b].map((child) => ({ parent, child }))
  assert.equal(problemOf({ added, removed: [] }, romeo), 'full')
  assert.equal(problemOf({ added, removed: [{ parent, child: gone }] }, romeo), undefined)
  const foreign = collection({ isOwner: false })
  assert.equal(problemOf({ added: [], removed: [{ parent: foreign, child: gone }] }, romeo), 'forbidden')
  assert.equal(problemOf({ added: [], removed: [{ parent: foreign, child: a }] }, romeo), undefined)
})
