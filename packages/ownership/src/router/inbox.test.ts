import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Envelope, Kind, Op } from '@heliograph/bus'
import { key, partition, setUp } from '../../test/router-fixture.ts'

const keyed = (count: number, fields: Partial<Envelope> = {}) =>
  Object.assign(new Envelope(Op.stanza), {
    kind: Kind.user,
    key,
    partition,
    attempt: 1,
    transfer: count,
    count,
    ...fields,
  })

test('what is for a partition served here is let in, what is for one that loads waits, the rest is refused once', async () => {
  const { ownership, router, receiveFrom, pass, links } = setUp()
  const served: number[] = []
  router.serve(({ count }) => void served.push(count))
  ownership.enter(partition, 'pending')
  receiveFrom('x', keyed(1))
  ownership.enter(partition, 'served')
  receiveFrom('x', keyed(2))
  assert.deepEqual(served, [1, 2])
  ownership.enter(partition, 'leaving')
  receiveFrom('x', keyed(3))
  receiveFrom('x', keyed(4))
  await pass(1)
  const answers = links.take().map(({ to, envelope }) => [to, envelope.op, envelope.transfer, envelope.partition])
  assert.deepEqual(answers, [['x', Op.moved, 3, partition]])
})

test('a partition that settles lets in what others say in the name of theirs, and refuses edges', async () => {
  const { ownership, router, receiveFrom, pass, links } = setUp()
  const served: number[] = []
  router.serve(({ count }) => void served.push(count))
  ownership.enter(partition, 'settling')
  receiveFrom('x', keyed(1, { emitterKind: Kind.user, epoch: 1 }))
  receiveFrom('edge', keyed(2))
  await pass(1)
  assert.deepEqual([served, links.take().map(({ to, envelope }) => [to, envelope.op])], [[1], [['edge', Op.moved]]])
})

test('what follows a refused envelope on the same attempt is refused although the partition is served again', async () => {
  const { ownership, router, receiveFrom, pass, links } = setUp()
  const served: number[] = []
  router.serve(({ count }) => void served.push(count))
  receiveFrom('x', keyed(1))
  ownership.enter(partition, 'served')
  receiveFrom('x', keyed(2))
  receiveFrom('y', keyed(3))
  receiveFrom('x', keyed(1, { attempt: 2 }))
  await pass(1)
  assert.deepEqual([served, links.take().length], [[3, 1], 1])
})

test('more than the bound of what waits is refused, the rest still served in order', async () => {
  const { ownership, router, receiveFrom, pass, links } = setUp({ held: 2 })
  const served: number[] = []
  router.serve(({ count }) => void served.push(count))
  ownership.enter(partition, 'pending')
  for (const count of [1, 2, 3, 4]) receiveFrom('x', keyed(count))
  await pass(1)
  assert.equal(links.take()[0]?.envelope.transfer, 3)
  ownership.enter(partition, 'served')
  assert.deepEqual(served, [1, 2])
})

test('what waits for a partition that is lost is refused', async () => {
  const { ownership, receiveFrom, pass, links } = setUp()
  ownership.enter(partition, 'pending')
  for (const from of ['x', 'y']) receiveFrom(from, keyed(1))
  ownership.enter(partition, 'none')
  await pass(1)
  assert.deepEqual(
    links.take().map(({ to, envelope }) => [to, envelope.op]),
    [
      ['x', Op.moved],
      ['y', Op.moved],
    ],
  )
})

test('an emitter that was replaced is not heard', () => {
  const { router, receiveFrom } = setUp()
  const heard: number[] = []
  router.serveInstance(({ count }) => void heard.push(count))
  const deliver = (count: number, epoch: number, emitterPartition = 7) =>
    Object.assign(new Envelope(Op.deliver), { count, epoch, emitterKind: Kind.user, emitterPartition })
  receiveFrom('old', deliver(1, 5))
  receiveFrom('new', deliver(2, 6))
  receiveFrom('old', deliver(3, 5))
  receiveFrom('old', deliver(4, 5, 8))
  receiveFrom('new', deliver(5, 6))
  assert.deepEqual(heard, [1, 2, 4, 5])
})
