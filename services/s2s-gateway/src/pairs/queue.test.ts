import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Stanza, stanza } from '@heliograph/stanza'
import { Element } from '@heliograph/xml'
import { bodies, FakeStore, local, remote, turn, world } from '../../test/support/pair-world.ts'

function presence(status: string, to = `romeo@${remote}`, type?: string): Stanza {
  const addresses = { from: `juliet@${local}/balcony` as never, to: to as never }
  const made = stanza('presence', { ...addresses, ...(type && { type: type as never }) })
  return made.append(new Element('status').t(status))
}

test('what is for a server that is away is taken once it is stored, not kept in memory, and sent in order when it is back', async (test) => {
  const { pair, store, network, errors, taken, push, sweepAt, shares } = world(test)
  pair.found(undefined)
  const all = Array.from({ length: 8 }, (_, i) => `m${i}`)
  for (const body of all.slice(0, 5)) push(body)
  await turn()
  await turn()
  for (const body of all.slice(5)) push(body)
  await turn()
  assert.deepEqual([taken, errors.length, pair.kept], [all, 0, 8])
  assert.deepEqual([pair.waiting, shares.stanzas], [0, 0])
  network.isUp = true
  await sweepAt(10_000)
  assert.deepEqual(bodies(network.said), all)
  assert.match(network.said[0]!, /<delay [^>]*stamp=/)
  assert.deepEqual([store.rows, pair.kept], [[], 0])
})

test('the next owner sends what a former one stored, first, and knows it when its sender sends it again', async (test) => {
  const former = world(test)
  former.pair.found(undefined)
  for (const body of ['one', 'two']) former.push(body)
  await turn()
  await turn()
  const [found] = await former.store.backlogs()
  test.mock.restoreAll()
  test.mock.timers.reset()
  const { pair, network, push, taken, sweepAt, store } = world(test, former.store)
  network.isUp = true
  push('two')
  push('three')
  await turn()
  assert.deepEqual(network.said, [], 'not before it is known what was stored')
  pair.found(found)
  await sweepAt(100)
  assert.deepEqual(bodies(network.said), ['one', 'two', 'three'])
  assert.deepEqual([taken, store.rows], [['two', 'three'], []])
})

test('what couldn’t be brought in time comes back once, under a name by which it is known when it comes again', async (test) => {
  const { pair, store, errors, push, sweepAt } = world(test)
  pair.found(undefined)
  for (const body of ['one', 'two']) push(body)
  await turn()
  await turn()
  await sweepAt(3_600_000)
  assert.deepEqual([errors.length, store.rows.length], [0, 2])
  await sweepAt(3_601_000)
  await sweepAt(3_602_000)
  assert.deepEqual(
    errors.map(({ reply, stream }) => [/remote-server-timeout/.test(reply), stream]),
    Array(2).fill([true, `s2s-queue ${local} ${remote}`]),
  )
  assert.equal(store.rows.length, 2, 'until its sender has it')
  for (const { settle } of errors) settle()
  assert.equal(store.rows.length, 0)
})

test('requests come back at once, of presence the latest waits, what a room says to an occupant comes back', async (test) => {
  const { pair, network, errors, taken, push, sweepAt, store } = world(test)
  pair.found(undefined)
  push('iq', stanza('iq', { type: 'get', id: '1', from: `juliet@${local}/a` as never, to: `${remote}` as never }))
  push('away', presence('away'))
  push('back', presence('back'))
  push('asks', presence('asks', `romeo@${remote}`, 'subscribe'))
  push('enters', presence('enters', `room@${remote}/juliet`))
  push(
    'occupant',
    stanza('message', { type: 'groupchat', from: `room@${local}/a` as never, to: `romeo@${remote}/b` as never }).append(
      new Element('body').t('hi'),
    ),
  )
  await turn()
  await turn()
  for (const { settle } of errors) settle()
  assert.equal(errors.length, 3)
  assert.deepEqual(bodies(store.rows.map(({ stanza }) => `${stanza.toBytes()}`)), ['asks'])
  assert.deepEqual(taken.toSorted(), ['asks', 'away', 'back', 'enters', 'iq', 'occupant'])
  network.isUp = true
  await sweepAt(2_000)
  assert.deepEqual(bodies(network.said), ['asks', 'back'])
})

test('past the bound, and where the database refuses, it comes back; where that is slow nothing is told', async (test) => {
  const { pair, errors, push, taken, store } = world(test, new FakeStore(), { queueStanzas: 1 })
  pair.found(undefined)
  push('fits')
  push('too much')
  await turn()
  await turn()
  assert.deepEqual([taken, errors.length], [['fits'], 1])
  assert.match(errors[0]!.reply, /too much waits/)
  errors[0]!.settle()
  test.mock.timers.reset()
  const other = world(test, Object.assign(new FakeStore(), { fate: 'refused' }))
  other.pair.found(undefined)
  other.push('odd')
  await turn()
  await turn()
  await other.sweepAt(70_000)
  assert.deepEqual([other.errors.length, store.rows.length], [1, 1])
})

test('what a peer that is there doesn’t take is stored after a moment, and removed when it takes it', async (test) => {
  const { pair, network, push, taken, sweepAt, store } = world(test)
  pair.found(undefined)
  Object.assign(network, { isUp: true, takes: false })
  push('slow')
  await turn()
  assert.deepEqual([bodies(network.said), taken], [['slow'], []])
  await sweepAt(1_000)
  assert.deepEqual([store.rows.length, taken, network.said.length], [1, ['slow'], 1])
})
