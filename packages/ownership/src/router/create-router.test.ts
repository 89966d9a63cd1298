import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Kind, Op } from '@heliograph/bus'
import { silentTelemetry } from '@heliograph/telemetry'
import { key, movedFor, partition, receiptFor, setUp } from '../../test/router-fixture.ts'

test('a transfer goes to the owner and is settled by its receipt, whatever the order of receipts', () => {
  const { ownership, transfer, receiveFrom, sent, outcomes, router } = setUp()
  ownership.own(Kind.user, partition, 'b', 1)
  const [first, second] = [transfer(), transfer()]
  assert.deepEqual(sent(), ['b:1', 'b:2'])
  assert.deepEqual([first.key, first.partition, first.kind, router.outstanding], [key, partition, Kind.user, 2])
  receiveFrom('b', receiptFor(second.transfer))
  receiveFrom('b', receiptFor(second.transfer, first.transfer, 999))
  assert.deepEqual([outcomes, router.outstanding], [['2 taken', '1 taken'], 0])
})

test('a new owner gets first what the handlers say, then all that is unsettled, in order, then what is newer', () => {
  const { ownership, transfer, receiveFrom, sent, router, numbered } = setUp()
  ownership.own(Kind.user, partition, 'b', 1)
  const routes: string[] = []
  router.onRoute(Kind.user, (_, owner) => {
    routes.push(`${owner.instance}@${owner.epoch}`)
    router.send(Kind.user, key, numbered())
    router.send(Kind.user, key, numbered())
  })
  const [first] = [transfer(), transfer(), transfer()]
  receiveFrom('b', receiptFor(first.transfer))
  sent()
  ownership.own(Kind.user, partition, 'c', 2)
  transfer()
  assert.deepEqual([routes, sent()], [['c@2'], ['c:4', 'c:5', 'c:2', 'c:3', 'c:6']])
  ownership.own(Kind.user, partition, 'c', 2)
  assert.deepEqual(sent(), [])
})

test('what was sent is never changed: each attempt has envelopes of its own', () => {
  const { ownership, transfer, links } = setUp()
  ownership.own(Kind.user, partition, 'b', 1)
  transfer()
  ownership.own(Kind.user, partition, 'b', 2)
  const [before, after] = links.take().map(({ envelope }) => envelope)
  assert.deepEqual([before?.attempt, after?.attempt], [1, 2])
  assert.equal(before?.transfer, after?.transfer)
})

test('while there is no owner everything waits, and what waits too long expires', async () => {
  const { ownership, transfer, router, numbered, pass, sent, outcomes } = setUp()
  transfer()
  router.send(Kind.user, key, numbered())
  assert.deepEqual([sent(), ownership.refreshed], [[], 1])
  await pass(1100)
  transfer()
  await pass(10)
  assert.deepEqual([outcomes, sent()], [['1 expired'], []])
  ownership.own(Kind.user, partition, 'b', 1)
  assert.deepEqual(sent(), ['b:3'])
})

test('what was given to an owner never expires: it may be in custody', async () => {
  const { ownership, transfer, pass, sent, outcomes } = setUp()
  ownership.own(Kind.user, partition, 'b', 1)
  transfer()
  ownership.depart('b')
  await pass(5000)
  assert.deepEqual([outcomes, sent()], [[], ['b:1']])
  ownership.own(Kind.user, partition, 'c', 2)
  assert.deepEqual(sent(), ['c:1'])
})

test('an owner that refuses is asked again later and later, and the newer one at once', async () => {
  const { ownership, transfer, receiveFrom, pass, sent, links, world } = setUp()
  ownership.own(Kind.user, partition, 'b', 1)
  transfer()
  const times: number[] = []
  for (let i = 0; i < 4; i++) {
    const last = links.take().at(-1)!.envelope
    receiveFrom('b', movedFor(last))
    receiveFrom('b', movedFor(last))
    const from = world.now
    while (links.sent.length === 0) await pass(10)
    times.push(Math.round((world.now - from) / 50) * 50)
  }
  assert.deepEqual(times, [50, 100, 200, 400])
  receiveFrom('b', movedFor(links.take().at(-1)!.envelope))
  ownership.own(Kind.user, partition, 'c', 2)
  assert.deepEqual(sent(), ['c:1'])
})

test('after a refusal the handlers hear of the route again, even when nothing waits', async () => {
  const { ownership, router, numbered, receiveFrom, pass, links } = setUp()
  ownership.own(Kind.user, partition, 'b', 1)
  let opened = 0
  router.onRoute(Kind.user, () => void opened++)
  router.send(Kind.user, key, numbered(Op.closed))
  receiveFrom('b', movedFor(links.take()[0]!.envelope))
  await pass(200)
  assert.equal(opened, 1)
})

test('a full queue settles what is new, and keeps what was under way', async () => {
  const { ownership, transfer, pass, sent, links, outcomes } = setUp()
  ownership.own(Kind.user, partition, 'b', 1)
  transfer()
  sent()
  links.full = true
  transfer()
  assert.deepEqual(outcomes, [])
  await pass(1)
  assert.deepEqual(outcomes, ['2 full'])
  ownership.own(Kind.user, partition, 'c', 2)
  transfer()
  links.full = false
  await pass(100)
  assert.deepEqual([sent(), outcomes], [['c:1', 'c:3'], ['2 full']])
})

test('more than the bound is refused at once, by partition and in all', async () => {
  const { ownership, transfer, pass, outcomes } = setUp({ perPartition: 2 })
  ownership.own(Kind.user, partition, 'b', 1)
  for (let i = 0; i < 3; i++) transfer()
  await pass(1)
  assert.deepEqual(outcomes, ['3 full'])
  const other = setUp({ outstanding: 1 })
  for (let i = 0; i < 2; i++) other.transfer()
  await other.pass(1)
  assert.deepEqual(other.outcomes, ['2 full'])
})

test('receipts of one turn travel together, and wait while the queue is full', async () => {
  const { router, pass, links } = setUp()
  links.full = true
  for (const id of [1, 2, 3]) router.receipt('x', id)
  router.receipt('y', 4)
  await pass(1)
  links.full = false
  router.receipt('x', 5)
  await pass(100)
  assert.deepEqual(
    links.take().map(({ to, envelope }) => [to, envelope.ids]),
    [
      ['x', [1, 2, 3, 5]],
      ['y', [4]],
    ],
  )
})

test('a hand-over can wait until all that was emitted for the partition is settled', async () => {
  const { router, ownership, receiveFrom, numbered } = setUp()
  ownership.own(Kind.user, partition, 'b', 1)
  const emitted = [1, 2, 1].map((emitterPartition) =>
    Object.assign(numbered(), { emitterKind: Kind.user, emitterPartition, epoch: 1 }),
  )
  for (const envelope of emitted) router.transfer(Kind.user, key, envelope, () => undefined)
  let done = false
  const settled = router.settled(1).then(() => {
    done = true
  })
  receiveFrom('b', receiptFor(emitted[0]!.transfer, emitted[1]!.transfer))
  await Promise.resolve()
  assert.equal(done, false)
  receiveFrom('b', receiptFor(emitted[2]!.transfer))
  await settled
  await router.settled(1)
})

test('what waits for an owner or for room is shown', async () => {
  const gauges = new Map<string, () => number>()
  const silent = silentTelemetry()
  const gauge = (name: string, _help: string, read: () => number) => void gauges.set(name, read)
  const metrics = { counter: silent.metrics.counter, gauge } as unknown as typeof silent.metrics
  const { router, numbered, transfer, links, pass, ownership } = setUp({}, { ...silent, metrics })
  const read = (name: string) => gauges.get(`heliograph_router_${name}`)!()
  for (let i = 0; i < 3; i++) router.send(Kind.user, key, numbered())
  transfer()
  links.full = true
  router.receipt('b', 1)
  router.receipt('b', 2)
  router.strays('b', 3, [key])
  assert.deepEqual([read('sends_waiting'), read('outstanding'), read('answers_waiting')], [3, 1, 3])
  links.full = false
  ownership.own(Kind.user, partition, 'b', 1)
  await pass(200)
  assert.deepEqual([read('sends_waiting'), read('outstanding'), read('answers_waiting')], [0, 1, 0])
})
