import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Metrics } from '@heliograph/telemetry'
import { fakeContext } from '../test/support/fake-context.ts'
import { addResource, ROMEO, stanza } from '../test/support/people.ts'
import { observeQueues } from './observe-queues.ts'
import { managed } from './users/resource.ts'

test('everything that waits for users is counted', () => {
  const { context } = fakeContext()
  const gauges = new Map<string, () => number>()
  observeQueues(context, {
    gauge: (name: string, _help: string, read: () => number, labels: { queue?: string } = {}) =>
      gauges.set(`${name} ${labels.queue ?? ''}`, read),
  } as unknown as Metrics)
  const user = context.users.get(ROMEO)
  const resource = addResource(user, 'orchard')
  resource.managed = managed('sm-1', 60, 0)
  resource.managed.unacked.push({ stanza: stanza('<message><body>hi</body></message>'), id: 1 })
  user.afterCommit.hold(() => {})
  for (let i = 0; i < 3; i++) user.chores.push(() => new Promise(() => {}))
  const read = (queue: string) => gauges.get(`heliograph_session_queued ${queue}`)!()
  assert.deepEqual(['mailbox', 'chores', 'commit', 'held', 'unacknowledged'].map(read), [0, 2, 1, 0, 1])
  assert.ok(gauges.get('heliograph_session_queued_bytes ')!() > 0)
})
