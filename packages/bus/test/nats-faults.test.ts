import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { silentTelemetry } from '@heliograph/telemetry'
import { ownServer } from '@heliograph/testkit'
import { connectLinks, type Links, NatsLinks } from '../src/index.ts'
import { assertCounts, collect, numbered, until } from '../src/links.contract.ts'
import type { Bus } from '../src/nats/bus.ts'
import { connectNats } from '../src/nats/nats-bus.ts'

const server = await ownServer('nats')
after(() => server[Symbol.asyncDispose]())
const { log } = silentTelemetry()
const servers = server.url

/** Sends envelopes 1, 2, 3 … at about `perMs` for each millisecond until stopped. */
function stream(from: Links, to: string, perMs: number): { sent: () => number; stop: () => Promise<void> } {
  let sent = 0
  let running = true
  const done = (async () => {
    for (; running; await sleep(1)) {
      for (let i = 0; i < perMs; i++) if (from.send(to, numbered(sent + 1))) sent++
    }
  })()
  return {
    sent: () => sent,
    stop: async () => {
      running = false
      await done
    },
  }
}

async function pair(prefix: string): Promise<[Links, Links]> {
  return [
    await connectLinks({ instance: 'a', servers, prefix }),
    await connectLinks({ instance: 'b', servers, prefix }),
  ]
}

test('frames that are lost on the way are repeated: order and exactly once hold', { timeout: 20_000 }, async () => {
  let seed = 1
  const lost = () => {
    seed = (seed * 48271) % 2147483647
    return seed % 10 < 3
  }
  const lossy = async (name: string): Promise<Bus> => {
    const bus = await connectNats({ servers, name, log })
    const { publish } = bus
    return Object.assign(bus, {
      publish: (...args: Parameters<Bus['publish']>) => lost() || publish.apply(bus, args),
    })
  }
  await using a = new NatsLinks(await lossy('a'), { instance: 'a', prefix: 'lossy' })
  await using b = new NatsLinks(await lossy('b'), { instance: 'b', prefix: 'lossy' })
  const atA = collect(a)
  const atB = collect(b)
  for (let i = 1; i <= 3000; i++) {
    a.send('b', numbered(i, i % 500 === 0 ? 200_000 : 100))
    if (i % 2 === 0) b.send('a', numbered(i / 2))
    if (i % 20 === 0) await sleep(1)
  }
  await until(() => atB.length >= 3000 && atA.length >= 1500, 'all', 15_000)
  await sleep(100)
  assertCounts(atB, 3000)
  assertCounts(atA, 1500)
})

test('NATS killed and restarted under traffic: nothing lost, repeated or reordered', { timeout: 30_000 }, async () => {
  const [a, b] = await pair('restart')
  await using _a = a
  await using _b = b
  const atA = collect(a)
  const atB = collect(b)
  const forth = stream(a, 'b', 10)
  const back = stream(b, 'a', 3)
  for (let round = 0; round < 3; round++) {
    await sleep(200)
    await server.kill()
    await sleep(round * 150)
    await assert.rejects(a.ping(50))
    await server.start()
    const before = atB.length
    await until(() => atB.length > before, 'traffic again', 5000)
  }
  await sleep(200)
  await Promise.all([forth.stop(), back.stop()])
  await a.ping(1000)
  await Promise.all([a.settled(5000), b.settled(5000)])
  assertCounts(atB, forth.sent())
  assertCounts(atA, back.sent())
  assert.equal(a.backlog + b.backlog, 0)
})

test('a frozen NATS stalls and goes on', { timeout: 20_000 }, async () => {
  const [a, b] = await pair('frozen')
  await using _a = a
  await using _b = b
  const atB = collect(b)
  const forth = stream(a, 'b', 5)
  await sleep(100)
  await server.pause()
  await sleep(700)
  await server.resume()
  await sleep(100)
  await forth.stop()
  await a.settled(5000)
  assertCounts(atB, forth.sent())
})

/** An instance `echo` in a process of its own that sends back what it gets. */
async function echo(prefix: string): Promise<ChildProcess> {
  const args = [fileURLToPath(new URL('echo.ts', import.meta.url)), servers, prefix, 'echo']
  const peer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(peer.stdout, 'data')
  return peer
}

async function ended(peer: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  peer.kill('SIGCONT')
  peer.kill(signal)
  if (peer.exitCode === null && peer.signalCode === null) await once(peer, 'exit')
}

test('a paused peer: its queue fills to the bound, others are served; afterwards all goes on', {
  timeout: 30_000,
}, async () => {
  const prefix = 'paused'
  const { metrics } = silentTelemetry()
  const peer = await echo(prefix)
  try {
    const limits = { windowBytes: 50_000, queueBytes: 300_000 }
    await using a = await connectLinks({ instance: 'a', servers, prefix, metrics, ...limits })
    await using b = await connectLinks({ instance: 'b', servers, prefix })
    const atB = collect(b)
    const atA = collect(a)
    a.send('echo', numbered(1))
    await until(() => atA.length === 1, 'the first')
    peer.kill('SIGSTOP')
    let sent = 1
    for (; a.send('echo', numbered(sent + 1, 1000)); sent++) if (sent % 20 === 0) await sleep(1)
    assert.ok(a.backlog >= 300_000 && a.backlog < 320_000, `${a.backlog} bytes`)
    for (let i = 1; i <= 100; i++) assert.ok(a.send('b', numbered(i)))
    await until(() => atB.length === 100, 'what is for another', 1000)
    await sleep(1500)
    assert.equal(a.send('echo', numbered(sent + 1, 1000)), false)
    const resends = metrics.counter('heliograph_bus_resends_total', 'Frames sent again').value
    assert.ok(resends < 10, `${resends} frames sent again to one who is silent`)
    peer.kill('SIGCONT')
    await until(() => atA.length >= sent, 'all', 5000)
    await a.settled(5000)
    assert.equal(a.backlog, 0)
    assertCounts(atA, sent)
  } finally {
    await ended(peer, 'SIGTERM')
  }
})

test('a killed peer is noticed at once by who sends to it', { timeout: 20_000 }, async () => {
  const prefix = 'killed'
  const peer = await echo(prefix)
  await using a = await connectLinks({ instance: 'a', servers, prefix })
  const atA = collect(a)
  const missed: string[] = []
  a.onNoResponders((id) => missed.push(id))
  a.send('echo', numbered(1))
  await until(() => atA.length === 1, 'the first')
  await ended(peer, 'SIGKILL')
  await sleep(50)
  a.send('echo', numbered(2))
  await until(() => missed.length > 0, 'the notice', 2000)
  await sleep(600)
  assert.ok(missed.length <= 10, `${missed.length} notices`)
  a.forget('echo')
  assert.equal(a.backlog, 0)
})

test('NATS that is not there yet is waited for, until the wait is aborted', { timeout: 20_000 }, async () => {
  await server.stop()
  let started = false
  try {
    const signal = AbortSignal.timeout(100)
    await assert.rejects(connectLinks({ instance: 'a', servers, prefix: 'late', signal }))
    const joining = connectLinks({ instance: 'a', servers, prefix: 'late' })
    await sleep(300)
    await server.start()
    started = true
    await using links = await joining
    await links.ping(1000)
  } finally {
    if (!started) await server.start()
  }
})
