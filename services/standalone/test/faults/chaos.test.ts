/** A short schedule of `pnpm chaos`: a bit of everything under mixed load, with a verdict for each promise. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seeded } from '@heliograph/testkit'
import { AIMS, faultsNamed } from '../chaos/faults/faults.ts'
import { findingsOf, markdownOf } from '../chaos/report/markdown.ts'
import { reportOf } from '../chaos/report/report.ts'
import { run } from '../chaos/run.ts'
import { script } from '../chaos/script.ts'

/** One of each sort, each once. */
const FAULTS = ['kill-session', 'cut-redis', 'restart-nats', 'drain-muc']
const SEED = 11

test('owners are killed, drained and cut off and NATS is restarted while a crowd does everything: every promise holds', async (t) => {
  const counts = { edge: 2, session: 2, fanout: 2, muc: 2, pubsub: 2, gateway: 2 }
  const chance = seeded(SEED)
  const beats = FAULTS.flatMap((name) => [
    ...script(chance, { faults: faultsNamed([name]), counts, aims: AIMS, doubles: 0 }).take(1),
  ])
  const size = { persons: 12, visitors: 2, rooms: 4, roomsEach: 2, nodes: 2, rate: 40 }
  const outcome = await run({
    chance: seeded(SEED),
    counts,
    size,
    beats,
    forMs: 600_000,
    say: (line) => t.diagnostic(line),
  })
  const report = reportOf(outcome, { date: new Date(), commit: 'this one', command: 'pnpm test chaos' })
  t.diagnostic(markdownOf(report))
  assert.equal(findingsOf(report, false), '')
})
