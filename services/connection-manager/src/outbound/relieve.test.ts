import assert from 'node:assert/strict'
import { test } from 'node:test'
import { edgeFixture } from '../../test/edge-fixture.ts'
import { FakeClient } from '../../test/fake-client.ts'

test('when too much waits for all clients together the longest queues go', async () => {
  await using fixture = await edgeFixture({ sendQueuesBytes: 10_000 })
  const clients: FakeClient[] = []
  for (const backlog of [4_000, 1_000, 5_000, 2_000]) {
    const client = await new FakeClient(fixture).bind(`r${backlog}`)
    client.backlog = backlog
    clients.push(client)
  }
  const gone = () => clients.filter(({ destroyed }) => destroyed).map(({ backlog }) => backlog)
  fixture.advance(1_000)
  assert.deepEqual(gone(), [4_000, 5_000])
})
