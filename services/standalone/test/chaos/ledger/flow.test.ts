import assert from 'node:assert/strict'
import { test } from 'node:test'
import { archiveFindings } from './archive-check.ts'
import { Flow } from './flow.ts'

/** A flow in which so many were said, one each second, and these were heard. */
function flowOf(said: number, heard: readonly number[]): Flow {
  const flow = new Flow('chat', 'ann', 'bob')
  const ids = Array.from({ length: said }, (_, i) => flow.next(i * 1_000))
  for (const [i, number] of heard.entries()) flow.hear(ids[number - 1]!, i * 1_000 + 10)
  return flow
}
const briefly = (findings: readonly { readonly concern: string; readonly what: string }[]): string[] =>
  findings.map(({ concern, what }) => `${concern} ${what}`)

test('nothing is wrong with a flow in which everything came once, in order', () => {
  assert.deepEqual(flowOf(3, [1, 2, 3]).findings(new Set(), false), [])
})

test('what did not come is lost; if its receiver’s session died and his archive has it, only that session is', () => {
  const flow = flowOf(3, [1, 3])
  assert.deepEqual(briefly(flow.findings(new Set(), false)), ['lost ann → bob: c.ann-bob-2'])
  assert.deepEqual(briefly(flow.findings(new Set(['c.ann-bob-2']), false)), [
    'lost ann → bob: c.ann-bob-2, in the archive',
  ])
  assert.deepEqual(briefly(flow.findings(new Set(), true)), ['lost ann → bob: c.ann-bob-2'])
  assert.deepEqual(briefly(flow.findings(new Set(['c.ann-bob-2']), true)), [
    'session ann → bob: c.ann-bob-2 came by the archive only',
  ])
})

test('what came twice, or late, or although it was refused, or out of nowhere', () => {
  assert.deepEqual(briefly(flowOf(2, [1, 1, 2]).findings(new Set(), false)), ['repeated ann → bob: c.ann-bob-1'])
  const late = flowOf(3, [2, 1, 3]).findings(new Set(), false)
  assert.deepEqual(briefly(late), ['reordered ann → bob: c.ann-bob-1'])
  assert.equal(late[0]!.atMs, 1_010)
  const refused = flowOf(2, [1])
  refused.refused.set('c.ann-bob-2', 'wait/timeout')
  assert.deepEqual(refused.findings(new Set(), false), [])
  refused.hear('c.ann-bob-2', 5)
  assert.match(briefly(refused.findings(new Set(), false)).join(), /repeated .*-2 came, and was refused/)
  const strange = flowOf(0, [])
  strange.hear('c.ann-bob-7', 5)
  assert.deepEqual(briefly(strange.findings(new Set(), false)), ['ghost ann → bob: c.ann-bob-7 was never said'])
})

test('a flow is alive when something that was said since came', () => {
  const flow = flowOf(2, [1])
  assert.equal(flow.aliveSince(2_000), true, 'nothing was said since')
  assert.equal(flow.aliveSince(1_000), false)
  flow.hear('c.ann-bob-2', 3_500)
  assert.deepEqual([flow.aliveSince(1_000), flow.backAfter(1_000), flow.slowest(500, 2_000)], [true, 3_500, 2_500])
})

test('an archive has each message of a flow once, in order, whatever else it has', () => {
  const flow = flowOf(3, [])
  const check = (...ids: string[]) => briefly(archiveFindings('bob', [flow], ids))
  const [one, two, three] = ['c.ann-bob-1', 'c.ann-bob-2', 'c.ann-bob-3'] as const
  assert.deepEqual(check(one, 'c.bob-ann-9', two, three), [])
  assert.deepEqual(check(one, three), [`archive archive of bob: ${two} is missing`])
  assert.deepEqual(check(one, two, two, three), [`archive archive of bob: ${two} is there twice`])
  assert.deepEqual(check(two, one, three), [`archive archive of bob: ${one} is out of order`])
})
