import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Envelope, type InstanceId, Op } from '@heliograph/bus'
import { receiptFor, setUp } from '../../test/router-fixture.ts'

test('a multicast is settled by its receipt, by strays, or by the departure of the instance', async () => {
  const { router, ownership, receiveFrom, links, pass } = setUp()
  const settled: string[] = []
  const cast = (to: InstanceId, ...recipients: string[]) => {
    router.multicast(
      to,
      Object.assign(new Envelope(Op.multicast), { recipients }),
      (strays) => void settled.push(`${to} ${strays.join('+')}`),
    )
  }
  cast('b', 'x@example.org', 'y@example.org')
  cast('c', 'x@example.org', 'y@example.org')
  cast('d', 'x@example.org')
  const [b, c] = links.take().map(({ envelope }) => envelope)
  receiveFrom('b', receiptFor(b!.transfer))
  receiveFrom('c', Object.assign(new Envelope(Op.moved), { transfer: c!.transfer, recipients: ['y@example.org'] }))
  ownership.depart('d')
  cast('d', 'z@example.org')
  assert.deepEqual(settled, ['b ', 'c y@example.org', 'd x@example.org'])
  await pass(100)
  assert.deepEqual([settled.at(-1), router.outstanding], ['d z@example.org', 0])
})

test('multicasts to a full queue wait in order, up to the bound', async () => {
  const { router, links, pass, sent } = setUp({ perInstance: 2 })
  const strays: string[] = []
  links.full = true
  for (let count = 1; count <= 3; count++) {
    const envelope = Object.assign(new Envelope(Op.multicast), { count, recipients: [`${count}@example.org`] })
    router.multicast('b', envelope, (each) => void strays.push(...each))
  }
  await pass(60)
  assert.deepEqual([strays, sent()], [['3@example.org'], []])
  links.full = false
  await pass(60)
  assert.deepEqual(sent(), ['b:1', 'b:2'])
})

test('nothing overtakes a multicast that an instance had no room for', async () => {
  const { router, links, pass, sent } = setUp({ perInstance: 1 })
  const strays: string[] = []
  const cast = (count: number) => {
    const envelope = Object.assign(new Envelope(Op.multicast), { count, recipients: [`${count}`] })
    router.multicast('b', envelope, (each) => void strays.push(...each))
  }
  links.full = true
  cast(1)
  cast(2)
  links.full = false
  await pass(40)
  cast(3)
  assert.deepEqual([strays, sent()], [[], []])
  await pass(20)
  cast(4)
  assert.deepEqual(
    [strays, sent()],
    [
      ['2', '3'],
      ['b:1', 'b:4'],
    ],
  )
})
