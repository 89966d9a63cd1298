import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NodeRecord } from './node-record.ts'

test('what was answered is kept once and told once, in order', () => {
  const node = new NodeRecord('node', 'ann', ['bob'])
  const ids = [1, 2, 3, 4].map((at) => node.next(at))
  for (const id of ids.slice(0, 3)) node.answered(id, 'stored')
  node.answered(ids[3]!, 'refused')
  node.hear('bob', ids.slice(0, 3), 5)
  assert.deepEqual(
    node.findings(ids.slice(0, 3), () => false),
    [],
  )
  assert.deepEqual([node.missing, node.unanswered], [0, 0])
})

test('what was answered and is gone, was told late, twice, or never, or has no answer', () => {
  const node = new NodeRecord('node', 'ann', ['bob', 'cyd'])
  const [one, two, three] = [1, 2, 3].map((at) => node.next(at)) as [string, string, string]
  node.answered(one, 'stored')
  node.answered(two, 'stored')
  node.hear('bob', [two, one, one], 5)
  node.hear('cyd', [two], 5)
  const found = node.findings([one], (user) => user === 'cyd').map(({ concern, what }) => `${concern} ${what}`)
  assert.deepEqual(found, [
    `lost ${two} was answered, and isn't kept`,
    `repeated bob was told twice of ${one}`,
    `reordered bob was told late of ${one}`,
    `session cyd wasn't told of ${one}`,
    `stuck ${three}: no answer`,
  ])
})
