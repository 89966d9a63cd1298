import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineModule, onGet, onSet, reply } from './module.ts'
import { Registry } from './registry.ts'

const handler = () => reply()

test('handlers are found by entity, type and payload', () => {
  const registry = new Registry([defineModule({ name: 'a', iq: [onGet('server', '{n}q', handler)] })])
  assert.equal(registry.find('server', 'get', '{n}q')?.handle, handler)
  for (const [entity, type, payload] of [
    ['account', 'get', '{n}q'],
    ['server', 'set', '{n}q'],
    ['server', 'get', '{m}q'],
  ] as const) {
    assert.equal(registry.find(entity, type, payload), undefined)
  }
})

test('two that answer the same request are a mistake', () => {
  const module = (name: string) => defineModule({ name, iq: [onSet('account', '{n}q', handler)] })
  assert.throws(() => new Registry([module('a'), module('b')]), /module b: .* already has a handler/)
})

test('features are those of all modules, once, sorted; specifications are, too', () => {
  const registry = new Registry([
    defineModule({ name: 'a', features: { server: ['z', 'b'] }, xeps: [{ number: '0199', version: '2.0' }] }),
    defineModule({
      name: 'b',
      features: { server: ['b'], account: ['c'] },
      xeps: [{ number: '0030', version: '2.5' }],
    }),
  ])
  assert.deepEqual(registry.features('server'), ['b', 'z'])
  assert.deepEqual([registry.features('account'), registry.features('item')], [['c'], []])
  assert.deepEqual(
    registry.xeps().map(({ number }) => number),
    ['0030', '0199'],
  )
})
