import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecentIngress } from './recent-ingress.ts'

test('the last messages are known by their ingress ids; what servers make has none', () => {
  const recent = new RecentIngress()
  recent.add('', 1)
  recent.add('stream', 1)
  assert.deepEqual([recent.has('', 1), recent.has('stream', 1), recent.has('stream', 2)], [false, true, false])
  for (let count = 2; count <= 600; count++) recent.add('stream', count)
  assert.deepEqual([recent.has('stream', 1), recent.has('stream', 600), recent.has('stream', 100)], [false, true, true])
})
