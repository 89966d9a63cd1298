import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare } from '@heliograph/jid'
import { type Form, formElement, NS, readForm } from '@heliograph/stanza'
import {
  ACCOUNT_CONFIG,
  configForm,
  configOfStored,
  configResult,
  DEFAULT_CONFIG,
  optionsAsConfig,
  readConfig,
  storedConfig,
  unmetOption,
} from './config-form.ts'
import type { NodeConfig } from './node-config.ts'
import { NO_RELATIONS, type Relations, relationFields, relationsAsked } from './relation-fields.ts'

const form = (fields: Readonly<Record<string, string>>, formType: string = NS.pubsubNodeConfig): Form => ({
  type: 'submit',
  formType,
  fields: Object.entries(fields).map(([name, value]) => ({ var: `pubsub#${name}`, values: [value] })),
})

test('the form that is offered, submitted as it is, changes nothing', () => {
  const config = { ...DEFAULT_CONFIG, title: '<&>', maxItems: undefined, itemExpire: 60 }
  const offered = readForm(formElement(configForm(config)))
  assert.ok(offered)
  assert.deepEqual(readConfig({ ...offered, type: 'submit' }, config), { config })
  assert.deepEqual(configOfStored(JSON.parse(JSON.stringify(storedConfig(config)))), config)
})

test('what was stored by another version: the unknown is left out, the missing as usual', () => {
  assert.deepEqual(configOfStored({ title: 'x', invented: 1 }), { ...DEFAULT_CONFIG, title: 'x' })
})

test('what is no good is named', () => {
  for (const [name, value] of [
    ['max_items', '0'],
    ['max_items', '10001'],
    ['max_items', 'some'],
    ['item_expire', '-1'],
    ['max_payload_size', '60001'],
    ['access_model', 'roster'],
    ['language', 'no language'],
    ['persist_items', 'maybe'],
    ['title', 'x'.repeat(201)],
  ] as const) {
    const read = readConfig(form({ [name]: value }), DEFAULT_CONFIG)
    assert.ok('problem' in read && read.problem.startsWith(`pubsub#${name} `), `${name} ${value}`)
  }
  assert.ok('problem' in readConfig(form({}, 'other'), DEFAULT_CONFIG))
  assert.ok('problem' in readConfig(form({ node_type: 'forest' }), DEFAULT_CONFIG))
  assert.ok('problem' in readConfig(form({ node_type: 'collection' }), ACCOUNT_CONFIG, 'account'))
  assert.ok('config' in readConfig(form({ node_type: 'leaf' }), DEFAULT_CONFIG))
})

test('a collection has options of its own, and none of those of items (XEP-0248 §7.2)', () => {
  const wish = { node_type: 'collection', children_max: '3', children_association_policy: 'all', max_items: '5' }
  const read = readConfig(form(wish), DEFAULT_CONFIG)
  assert.ok('config' in read)
  const changes = { nodeType: 'collection', persistItems: false, childrenMax: 3, childrenPolicy: 'all' } as const
  const config: NodeConfig = read.config
  assert.deepEqual(config, { ...DEFAULT_CONFIG, ...changes })
  const names = (config: NodeConfig) => configForm(config).fields.map(({ var: name }) => name)
  assert.ok(!names(config).includes('pubsub#persist_items'))
  assert.ok(!names(DEFAULT_CONFIG).includes('pubsub#children_max'))
  const listed = { ...config, childrenWhitelist: [ensureBare('romeo@montague.example')] }
  assert.ok(names(listed).includes('pubsub#children_association_whitelist'))
  const told = configResult(listed, 'service').fields.map(({ var: name }) => name)
  assert.ok(told.includes('pubsub#title') && !told.includes('pubsub#children_association_whitelist'))
})

test('which nodes are in which is said by name, and the service has no name', () => {
  const some = { parents: ['a', 'b'], children: ['c'] }
  const submitted = (relations: Relations, nodeType: 'leaf' | 'collection'): Form => ({
    type: 'submit',
    fields: relationFields(relations, nodeType),
  })
  assert.deepEqual(relationsAsked(submitted(some, 'collection')), some)
  assert.deepEqual(relationsAsked(submitted(NO_RELATIONS, 'leaf')), { parents: [] })
  assert.deepEqual(relationsAsked(form({})), {})
})

test('publish-options are met when they say in other words what is so (XEP-0060 §7.1.5)', () => {
  const config = { ...DEFAULT_CONFIG, maxItems: undefined }
  const unmet = (fields: Readonly<Record<string, string>>) => unmetOption(form(fields, NS.pubsubPublishOptions), config)
  assert.equal(unmet({}), undefined)
  assert.equal(unmet({ persist_items: 'true', max_items: 'max', access_model: 'open' }), undefined)
  assert.equal(unmet({ persist_items: '1', access_model: 'whitelist' }), 'pubsub#access_model')
  assert.equal(unmet({ invented: '1' }), 'pubsub#invented')
  assert.equal(unmet({ max_items: 'nonsense' }), 'pubsub#max_items')
  const made = optionsAsConfig(form({ max_items: 'max' }, NS.pubsubPublishOptions))
  assert.deepEqual(made, { config })
  assert.ok('problem' in optionsAsConfig(form({ invented: '1' }, NS.pubsubPublishOptions)))
})

test('what needs a roster is offered at nodes of accounts alone', () => {
  const wish = { access_model: 'roster', roster_groups_allowed: 'Friends', send_last_published_item: 'never' }
  const read = readConfig(form(wish), ACCOUNT_CONFIG, 'account')
  assert.ok('config' in read)
  assert.deepEqual([read.config.accessModel, read.config.rosterGroups], ['roster', ['Friends']])
  const offered = readForm(formElement(configForm(read.config, 'account')))
  assert.deepEqual(offered && readConfig({ ...offered, type: 'submit' }, ACCOUNT_CONFIG, 'account'), read)
  const fields = configForm(DEFAULT_CONFIG).fields.map(({ var: name }) => name)
  assert.ok(!fields.includes('pubsub#roster_groups_allowed'))
  for (const field of [{ access_model: 'presence' }, { send_last_published_item: 'on_sub_and_presence' }])
    assert.ok('problem' in readConfig(form(field), DEFAULT_CONFIG))
  const made = optionsAsConfig(form({ max_items: '5' }, NS.pubsubPublishOptions), 'account')
  assert.deepEqual(made, { config: { ...ACCOUNT_CONFIG, maxItems: 5 } })
})
