import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Member } from '@heliograph/testkit'
import { Flooder } from '../support/flooder.ts'
import { scrape } from '../support/metrics.ts'
import { Rig } from './rig.ts'

const FLOODERS = 8
const SILENT = 4
/** Six times what an edge lets one client have on the way. */
const AHEAD = 3_000
const FLOOD_MS = 10_000
const SMALL = 'x'.repeat(100)
const LARGE = 'x'.repeat(3_000)
/** V8 gives memory back late: this is about growth without end. */
const MOST_GROWTH = 5

/** What must be empty again when the flood is over. */
const QUEUES = [
  'heliograph_edge_in_flight_stanzas',
  'heliograph_router_outstanding',
  'heliograph_router_held',
  'heliograph_session_archive_queued',
  'heliograph_database_waiting',
]

test('clients that send more than is served, and some that do not read, cost the others nothing', async (t) => {
  // More than a client leaves unacknowledged that merely lags, less in bytes than those get that don't read.
  // What a user may send is not what holds them up here.
  const rates = { stanzasPerSecond: 0, bytesPerSecond: 0 }
  const config = { rates, streamManagement: { maxUnackedStanzas: 50_000 } }
  await using rig = await Rig.start({ pairs: 1, rate: 10, config })
  const { cluster, load } = rig
  const busy = cluster.members.filter(({ role }) => role === 'edge' || role === 'session' || role === 'fanout')
  const before = await memoryOf(busy)
  using stack = new DisposableStack()
  const edges = cluster.of('edge').map(({ ports }) => {
    return { port: ports.c2sTls!, domain: cluster.domain, transport: 'tls' as const }
  })
  const enter = async (name: string, number: number, managed?: boolean) =>
    stack.use(await Flooder.enter(edges[number % edges.length]!, `${name}${number}`, managed))
  const flooders = await Promise.all(Array.from({ length: FLOODERS }, (_, i) => enter('flooder', i)))
  const silent = await Promise.all(Array.from({ length: SILENT }, (_, i) => enter('silent', i, i < SILENT / 2)))
  for (const each of silent) each.stopReading()
  for (const [i, flooder] of flooders.entries()) {
    const [next, mute] = [flooders[(i + 1) % FLOODERS]!, silent[i % SILENT]!]
    flooder.flood(
      [next, next, next, mute].map(({ jid }) => ({ jid, body: jid === mute.jid ? LARGE : SMALL })),
      AHEAD,
    )
  }

  const said = load.sent
  await sleep(FLOOD_MS)
  const during = await memoryOf(busy)
  await load.until('the others go on talking', 20_000, () => load.sent > said + 20)
  await load.flowing(20_000)
  for (const flooder of flooders) flooder.pause()
  await load.until('everything is taken', 40_000, () => flooders.every(({ unacknowledged }) => unacknowledged === 0))
  await emptied(busy)
  await report(t, busy, flooders, { before, during, after: await memoryOf(busy) })

  assert.deepEqual(await load.verdict(), [])
  assert.deepEqual(await lost(flooders, [...flooders, ...silent]), [])
  const after = await memoryOf(busy)
  for (const { process } of busy) {
    const [least, most, last] = [before, during, after].map((memory) => memory.get(process.name)!)
    assert.ok(Math.max(most!, last!) < MOST_GROWTH * least!, `${process.name}: ${least}, ${most}, then ${last} bytes`)
  }
})

async function memoryOf(members: readonly Member[]): Promise<Map<string, number>> {
  const read = async ({ process, ports }: Member): Promise<[string, number]> => {
    return [process.name, (await scrape(ports.metrics!)).get('process_resident_memory_bytes') ?? 0]
  }
  return new Map(await Promise.all(members.map(read)))
}

async function emptied(members: readonly Member[]): Promise<void> {
  for (const until = Date.now() + 20_000; ; await sleep(250)) {
    const scrapes = await Promise.all(members.map(({ ports }) => scrape(ports.metrics!)))
    const left = QUEUES.filter((name) => scrapes.some((values) => (values.get(name) ?? 0) > 0))
    if (left.length === 0) return
    assert.ok(Date.now() < until, `not empty: ${left.join(', ')}`)
  }
}

/** Each message is in its receiver's archive, or came back; an error may come after the acknowledgement. */
async function lost(flooders: readonly Flooder[], receivers: readonly Flooder[]): Promise<string[]> {
  for (const until = Date.now() + 15_000; ; await sleep(500)) {
    const faults: string[] = []
    for (const flooder of flooders) {
      flooder.collect()
      for (const [jid, sent] of flooder.sent) {
        const stored = await receivers.find((receiver) => receiver.jid === jid)!.archivedFrom(flooder.jid)
        const bounced = flooder.bounced.get(jid) ?? 0
        if (stored + bounced !== sent)
          faults.push(`${flooder.jid} → ${jid}: ${sent}, ${stored} stored, ${bounced} back`)
      }
    }
    if (faults.length === 0 || Date.now() > until) return faults
  }
}

async function report(
  t: TestContext,
  members: readonly Member[],
  flooders: readonly Flooder[],
  memory: Record<string, Map<string, number>>,
): Promise<void> {
  const sum = (counts: readonly Iterable<number>[]) => counts.flatMap((each) => [...each]).reduce((a, b) => a + b, 0)
  t.diagnostic(`sent ${sum(flooders.map(({ sent }) => sent.values()))}`)
  t.diagnostic(`came back ${sum(flooders.map(({ bounced }) => bounced.values()))}`)
  for (const [when, sizes] of Object.entries(memory)) {
    t.diagnostic(`${when}: ${[...sizes].map(([name, bytes]) => `${name} ${bytes >> 20} MiB`).join(', ')}`)
  }
  const scrapes = await Promise.all(members.map(({ ports }) => scrape(ports.metrics!)))
  for (const name of [
    'heliograph_edge_stalls_total',
    'heliograph_edge_slow_readers_total',
    'heliograph_session_overflowed_total',
  ])
    t.diagnostic(`${name} ${scrapes.reduce((total, values) => total + (values.get(name) ?? 0), 0)}`)
}
