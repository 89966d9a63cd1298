import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeContext } from '../../test/support/fake-context.ts'
import { addResource, makeUser } from '../../test/support/people.ts'
import { Departed } from './departed.ts'
import { loadPartition } from './load-partition.ts'
import { encodeRecord } from './record.ts'
import { sweep } from './sweep.ts'

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
  await loadPartition(context, former.partition, 2)
  const names = () => [...context.users].flatMap(({ resources }) => resources.map(({ name }) => name))
  assert.deepEqual(names(), ['orchard', 'balcony'])
  sweep(context, performance.now())
  assert.deepEqual(names(), ['orchard'])
})
