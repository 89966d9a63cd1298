import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Form, NS } from '@heliograph/stanza'
import { DEFAULT_OPTIONS, optionsForm, readOptions } from './subscribe-options.ts'

const form = (fields: Readonly<Record<string, string>>): Form => ({
  type: 'submit',
  formType: NS.pubsubSubscribeOptions,
  fields: Object.entries(fields).map(([name, value]) => ({ var: `pubsub#${name}`, values: [value] })),
})

test('what a subscriber of a collection wants to hear, and how far down (XEP-0248 §6.1)', () => {
  const read = (fields: Readonly<Record<string, string>>, present = DEFAULT_OPTIONS) =>
    readOptions(form(fields), { present, nodeType: 'collection' })
  assert.deepEqual(read({}), { options: DEFAULT_OPTIONS })
  const all = { ...DEFAULT_OPTIONS, toldOf: 'items', depth: undefined } as const
  assert.deepEqual(read({ subscription_type: 'items', subscription_depth: 'all' }), { options: all })
  assert.deepEqual(read({ subscription_depth: '0' }, all), { options: { ...all, depth: 0 } })
  for (const fields of [{ subscription_type: 'neither' }, { subscription_depth: '-1' }, { subscription_depth: 'some' }])
    assert.ok('problem' in read(fields), JSON.stringify(fields))
  const offered = optionsForm(all, 'collection')
  assert.deepEqual(readOptions({ ...offered, type: 'submit' }, { present: DEFAULT_OPTIONS, nodeType: 'collection' }), {
    options: all,
  })
})

test('of other nodes nobody is asked that; a subscription ends when it is to', () => {
  assert.deepEqual(
    optionsForm(DEFAULT_OPTIONS, 'leaf').fields.map(({ var: name }) => name),
    ['pubsub#deliver', 'pubsub#expire'],
  )
  const read = (expire: string) =>
    readOptions(form({ expire, subscription_type: 'all' }), { present: DEFAULT_OPTIONS, nodeType: 'leaf', now: 1_000 })
  assert.deepEqual(read('1970-01-01T00:00:02Z'), { options: { ...DEFAULT_OPTIONS, expire: 2_000 } })
  assert.deepEqual(read(''), { options: DEFAULT_OPTIONS })
  assert.ok('problem' in read('1970-01-01T00:00:01Z'))
})
