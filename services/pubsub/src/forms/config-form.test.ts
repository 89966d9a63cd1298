import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Form, formElement, NS, readForm } from '@heliograph/stanza'
import {
  ACCOUNT_CONFIG,
  configForm,
  configOfStored,
  DEFAULT_CONFIG,
  optionsAsConfig,
  readConfig,
  storedConfig,
  unmetOption,
} from './config-form.ts'

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
  assert.ok('problem' in readConfig(form({ node_type: 'collection' }), DEFAULT_CONFIG))
  assert.ok('config' in readConfig(form({ node_type: 'leaf' }), DEFAULT_CONFIG))
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
