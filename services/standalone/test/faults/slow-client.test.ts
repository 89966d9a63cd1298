import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Rig } from './rig.ts'

const FLOOD = 3_000
const BODY = 'x'.repeat(4_000)

test('a client that stops reading costs the others nothing, and gets everything when it comes back', async () => {
  await using rig = await Rig.start({ pairs: 4 })
  const { load } = rig
  const [slow, talkative] = load.pairs[0]!
  slow.client!.stopReading()
  for (let i = 0; i < FLOOD; i++) {
    talkative.send(
      `<message to='${slow.user}@${rig.cluster.domain}' type='chat'><x xmlns='urn:example:flood'>${BODY}</x></message>`,
    )
    if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const others = load.pairs.slice(1)
  const before = others.map(([, b]) => b.received.length)
  await load.until('the others go on', 20_000, () => others.every(([, b], i) => b.received.length > before[i]! + 3))
  slow.client?.startReading()
  assert.deepEqual(await load.verdict(), [])
})
