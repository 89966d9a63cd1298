import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeContext } from '../../test/support/fake-context.ts'
import { addResource, makeUser } from '../../test/support/people.ts'
import { managed } from '../users/resource.ts'
import { Departed } from './departed.ts'
import { loadPartition } from './load-partition.ts'
import { encodeRecord } from './record.ts'
import { sweep } from './sweep.ts'

test('what was handed over whole is so for its heir, and not for who comes after one that died', async () => {
  for (const usurped of [false, true]) {
    const { context } = fakeContext({ announceWithinMs: 10_000 })
    const former = makeUser()
    const [awake, asleep] = [addResource(former, 'orchard', 0), addResource(former, 'balcony')]
    asleep.attachment = 'hibernating'
    for (const each of [awake, asleep]) {
      each.managed = managed(each.name, 60, 0)
      each.complete = true
    }
    const records = [awake, asleep].map((it) => [it.jid, Buffer.from(encodeRecord(former, it))] as const)
    const live = { read: async () => records, readList: async () => [] }
    Object.assign(context, { departed: new Departed(), live, tenure: { began: () => {} } })
    await loadPartition(context, { partition: former.partition, epoch: 2, usurped })
    const [user] = context.users
    assert.deepEqual(
      user!.resources.map(({ isIncomplete, behind }) => [isIncomplete, behind]),
      [
        [usurped, usurped],
        [false, usurped],
      ],
    )
  }
})

test('a session whose edge is known to have died with its owner ends at once, others wait for their edges', async () => {
  const { context } = fakeContext({ announceWithinMs: 10_000 })
  const [former, orphan] = [makeUser(), makeUser()]
  const records = [addResource(former, 'orchard'), addResource(orphan, 'balcony')].map((resource, i) => {
    resource.edge = `edge-${i}`
    resource.presence = undefined
    return [resource.jid, Buffer.from(encodeRecord(former, resource))] as const
  })
  const departed = new Departed()
  departed.add('edge-1')
  const live = { read: async () => records, readList: async () => [] }
  Object.assign(context, { departed, live, tenure: { began: () => {} } })
  await loadPartition(context, { partition: former.partition, epoch: 2, usurped: true })
  const names = () => [...context.users].flatMap(({ resources }) => resources.map(({ name }) => name))
  assert.deepEqual(names(), ['orchard', 'balcony'])
  sweep(context, performance.now())
  assert.deepEqual(names(), ['orchard'])
})
