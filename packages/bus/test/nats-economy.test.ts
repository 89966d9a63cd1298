import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { silentTelemetry } from '@heliograph/telemetry'
import { ownServer } from '@heliograph/testkit'
import { Envelope, Haste, NatsLinks, Op } from '../src/index.ts'
import { collect, numbered, until } from '../src/links.contract.ts'
import { connectNats } from '../src/nats/nats-bus.ts'

const server = await ownServer('nats')
after(() => server[Symbol.asyncDispose]())
const { log } = silentTelemetry()

/** Links `a` and `b`, and how many frames `a` has published. */
async function pair(prefix: string): Promise<{ a: NatsLinks; b: NatsLinks; frames: () => number }> {
  let frames = 0
  const bus = await connectNats({ servers: server.url, name: 'a', log })
  const { publish } = bus
  const counting = Object.assign(bus, {
    publish: (...args: Parameters<typeof publish>) => {
      frames++
      publish.apply(bus, args)
    },
  })
  const a = new NatsLinks(counting, { instance: 'a', prefix })
  const b = new NatsLinks(await connectNats({ servers: server.url, name: 'b', log }), { instance: 'b', prefix })
  return { a, b, frames: () => frames }
}

const riding = (op: Op) => Object.assign(new Envelope(op), { haste: Haste.ride })

test('what rides goes with the frame of something else, and alone after a while', async () => {
  const { a, b, frames } = await pair('bookkeeping')
  await using _a = a
  await using _b = b
  const arrived = collect(b)
  collect(a)
  for (let round = 1; round <= 30; round++) {
    a.send('b', riding(Op.custody))
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
    a.send('b', numbered(round))
    await until(() => arrived.length === 2 * round, 'both')
    await sleep(5)
  }
  // Not all: where this process was held up for so long, it went alone.
  assert.ok(frames() < 45, `${frames()} frames for 30 stanzas`)
  a.send('b', riding(Op.receipt))
  await until(() => arrived.length === 61, 'the one that goes alone')
})

test('a busy link has one frame for all that comes within some milliseconds, a full one at once', async () => {
  const { a, b, frames } = await pair('busy')
  await using _a = a
  await using _b = b
  const arrived = collect(b)
  collect(a)
  const began = performance.now()
  for (let sent = 0; sent < 200; ) {
    await new Promise((resolve) => setImmediate(resolve))
    a.send('b', numbered(++sent))
  }
  await until(() => arrived.length === 200, 'all')
  // A frame a millisecond at the most, and one for each 4 KiB: 200 stanzas of about 200 bytes.
  const most = performance.now() - began + 20
  assert.ok(frames() <= most, `${frames()} frames, ${most} would do`)
})
