import assert from 'node:assert/strict'
import { test } from 'node:test'
import { infrastructure, Site } from '@heliograph/testkit'
import { announce, bareOf, newcomer, say, saying, settle } from '../support/actor.ts'
import { type CollectedSpan, Collector } from '../support/collector.ts'
import { befriend } from '../support/friends.ts'

test('one trace follows a stanza through all processes; a presence change is one frame a destination instance', async () => {
  await using collector = await Collector.start()
  await using servers = await infrastructure()
  const config = { telemetry: { traceRatio: 1, otlpEndpoint: collector.endpoint } }
  await using site = await Site.cluster({ servers, config })
  const romeo = await newcomer(site, 'romeo', { edge: 0 })
  const friends = []
  for (let i = 0; i < 8; i++) {
    const friend = await newcomer(site, `friend${i}`, { edge: i })
    await befriend(romeo, friend)
    friends.push(friend)
  }
  const before = await settledFrames(site)
  await announce(romeo, 5)
  for (const friend of friends) {
    await friend.expect((it) => it.attrs.from === romeo.jid && it.getChildText('priority') === '5')
  }
  const frames = (await settledFrames(site)) - before
  assert.ok(frames >= 1 && frames <= 2, `${frames} frames for 8 watchers on 2 instances`)

  const juliet = friends[0]!
  say(romeo, bareOf(juliet.jid), 'wherefore')
  await juliet.expect(saying('wherefore'))
  await settle(romeo)
  const path = await pathOf(collector, ['edge.in', 'session.out', 'session.in', 'edge.out'])
  assert.ok(path.length > 0, 'edge.in → session.out → session.in → edge.out in one trace')
  await pathOf(collector, ['edge.in', 'session.out', 'fanout', 'session.multicast', 'edge.out'])
  for (const client of [romeo, ...friends]) client.cut()
})

/** Multicast frames that all fan-out instances have sent. */
async function framesSent(site: Site): Promise<number> {
  let frames = 0
  const { server } = site
  if (!('of' in server)) throw new Error('a cluster is needed')
  for (const { ports } of server.of('fanout')) {
    const text = await (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text()
    frames += Number(/^heliograph_fanout_frames_total(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1] ?? 0)
  }
  return frames
}

/** The same, once nothing more is being sent. */
async function settledFrames(site: Site): Promise<number> {
  for (let frames = await framesSent(site); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const now = await framesSent(site)
    if (now === frames) return now
    frames = now
  }
}

/** Waits for spans of these names, each the parent of the next. */
async function pathOf(collector: Collector, names: readonly string[]): Promise<CollectedSpan[]> {
  for (const until = Date.now() + 15_000; Date.now() < until; ) {
    for (const last of collector.spans.filter(({ name }) => name === names.at(-1))) {
      const path = ancestry(collector.spans, last)
      if (names.every((name, i) => path[i]?.name === name)) return path
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  const seen = [...new Set(collector.spans.map(({ name }) => name))]
  throw new Error(`no trace goes ${names.join(' → ')}; spans seen: ${seen.join(', ')}`)
}

function ancestry(spans: readonly CollectedSpan[], last: CollectedSpan): CollectedSpan[] {
  const parent = spans.find(({ spanId, traceId }) => spanId === last.parentSpanId && traceId === last.traceId)
  return parent ? [...ancestry(spans, parent), last] : [last]
}
