import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentTelemetry } from '@heliograph/telemetry'
import fc from 'fast-check'
import type { Envelope } from '../envelope.ts'
import { assertCounts, numbered } from '../links.contract.ts'
import { createMeters } from '../meters.ts'
import { WireReader } from '../wire-reader.ts'
import { readFrame } from './frame.ts'
import { Peer } from './peer.ts'
import { Unpacker } from './unpacker.ts'

/** A frame on its way. */
interface Flying {
  readonly to: End
  readonly bytes: Buffer
}

/** One end of a link on a bus made of an array, with a clock made of a number. */
class End {
  readonly peer: Peer
  readonly arrived: { envelope: Envelope }[] = []
  sent = 0
  published = 0
  readonly #unpacker: Unpacker

  constructor(
    name: string,
    peer: string,
    options: { windowBytes: number; frameBytes: number },
    publish: (bytes: Buffer) => void,
  ) {
    const { log, metrics } = silentTelemetry()
    this.#unpacker = new Unpacker(
      createMeters(metrics, () => 0),
      log,
    )
    this.#unpacker.receive = (_from, envelope) => this.arrived.push({ envelope })
    const transmit = (bytes: Buffer) => {
      this.published++
      publish(Buffer.from(bytes))
    }
    this.peer = new Peer({ self: name, peer, link: 1, queueBytes: 1e6, resendMs: 200, transmit, ...options })
  }

  send(size: number): void {
    assert.ok(this.peer.enqueue(numbered(++this.sent, size)))
  }

  take(bytes: Buffer, now: number): void {
    const frame = readFrame(new WireReader(bytes))
    if (this.peer.take(frame, bytes.length, now) === 'taken') this.#unpacker.unpack(frame, bytes, this.peer)
    if (this.peer.urgent) this.peer.flush(now)
  }
}

/** Two ends. What is published waits in `flying` until it is delivered, lost, or delivered twice. */
class World {
  now = 0
  readonly flying: Flying[] = []
  readonly a: End
  readonly b: End
  readonly ends: readonly [End, End]

  constructor(options = { windowBytes: 2000, frameBytes: 600 }) {
    this.a = new End('a', 'b', options, (bytes) => this.flying.push({ to: this.b, bytes }))
    this.b = new End('b', 'a', options, (bytes) => this.flying.push({ to: this.a, bytes }))
    this.ends = [this.a, this.b]
  }

  deliver(at = 0): void {
    const [frame] = this.flying.splice(at, 1)
    if (frame) frame.to.take(frame.bytes, this.now)
  }

  flush(): void {
    for (const end of this.ends) end.peer.flush(this.now)
  }

  pass(ms: number): void {
    for (const end = this.now + ms; this.now < end; ) {
      this.now += 20
      for (const { peer } of this.ends) if (peer.active) peer.tick(this.now)
    }
  }

  /** Nothing is lost any more: until all has arrived. */
  calm(): void {
    for (let i = 0; i < 1000 && this.ends.some(({ peer }) => peer.active); i++) {
      this.flush()
      while (this.flying.length > 0) this.deliver()
      this.pass(20)
    }
  }
}

type Step = (world: World) => void

const size = fc.oneof(fc.nat(200), fc.nat(3000))
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ end: fc.nat(1), size }).map(
      ({ end, size }): Step =>
        (world) =>
          world.ends[end]!.send(size),
    ),
  },
  { weight: 4, arbitrary: fc.constant<Step>((world) => world.flush()) },
  { weight: 6, arbitrary: fc.constant<Step>((world) => world.deliver()) },
  {
    weight: 2,
    arbitrary: fc.nat(3).map(
      (at): Step =>
        (world) =>
          world.deliver(at),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.nat(3).map(
      (at): Step =>
        (world) =>
          world.flying.splice(at, 1),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Step>((world) => world.flying.push(...world.flying.slice(0, 2))) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 20, max: 600 }).map(
      (ms): Step =>
        (world) =>
          world.pass(ms),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(1).map(
      (end): Step =>
        (world) =>
          world.ends[end]!.peer.nobody(world.now),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(1).map(
      (end): Step =>
        (world) =>
          world.ends[end]!.peer.suspend(),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.nat(1).map(
      (end): Step =>
        (world) =>
          world.ends[end]!.peer.resume(world.now),
    ),
  },
)

test('whatever a bus loses, repeats or swaps: all arrives in order, once, and is acknowledged', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 120 }), (steps) => {
      const world = new World()
      for (const run of steps) run(world)
      for (const { peer } of world.ends) peer.resume(world.now)
      world.calm()
      assertCounts(world.a.arrived, world.b.sent)
      assertCounts(world.b.arrived, world.a.sent)
      assert.deepEqual([world.a.peer.backlog, world.b.peer.backlog], [0, 0])
      assert.deepEqual([world.a.peer.active, world.b.peer.active], [false, false])
    }),
    { numRuns: 500 },
  )
})

test('no more than the window is in flight, and a silent peer is sent only the first frame, ever more slowly', () => {
  const world = new World()
  for (let i = 0; i < 50; i++) world.a.send(200)
  world.flush()
  assert.ok(world.flying.reduce((sum, { bytes }) => sum + bytes.length, 0) <= 2000)
  world.flying.length = 0
  const published = world.a.published
  world.pass(10_000)
  const again = world.a.published - published
  assert.ok(again >= 8 && again <= 14, `${again} times in 10 s`)
  assert.equal(new Set(world.flying.map(({ bytes }) => readFrame(new WireReader(bytes)).sequence)).size, 1)
  world.calm()
  assertCounts(world.b.arrived, 50)
})

test('what piles up for a silent peer is batched', () => {
  const world = new World({ windowBytes: 100_000, frameBytes: 10_000 })
  world.a.send(10)
  world.flush()
  world.flying.length = 0
  world.pass(300)
  for (let i = 0; i < 500; i++) {
    world.a.send(10)
    world.flush()
  }
  const published = world.a.published
  world.calm()
  assertCounts(world.b.arrived, 501)
  assert.ok(world.a.published - published < 20, `${world.a.published - published} frames`)
})

test('a missing frame is asked for at once, by one frame however many follow', () => {
  const world = new World({ windowBytes: 100_000, frameBytes: 600 })
  for (let i = 0; i < 40; i++) world.a.send(200)
  world.flush()
  world.flying.shift()
  const { length } = world.flying
  for (let i = 0; i < length; i++) world.deliver()
  assert.equal(world.b.published, 1)
  assert.equal(world.now, 0)
  while (world.flying.length > 0) world.deliver()
  assertCounts(world.b.arrived, 40)
})

test('one way traffic is acknowledged by few frames; traffic both ways by none of its own', () => {
  const oneWay = new World()
  for (let i = 0; i < 160; i++) {
    oneWay.a.send(10)
    oneWay.flush()
    oneWay.deliver()
  }
  assert.ok(oneWay.b.published <= 10, `${oneWay.b.published} frames of acknowledgement`)
  const both = new World()
  for (let i = 0; i < 160; i++) {
    for (const end of both.ends) end.send(10)
    both.flush()
    while (both.flying.length > 0) both.deliver()
  }
  assert.deepEqual([both.a.published, both.b.published], [160, 160])
})

test('an absent peer is tried soon, and at once when it shows up', () => {
  const world = new World()
  world.a.send(10)
  world.flush()
  world.flying.length = 0
  world.a.peer.nobody(world.now)
  world.pass(60)
  assert.equal(world.flying.length, 1)
  world.flying.length = 0
  world.a.peer.nobody(world.now)
  world.pass(40)
  assert.equal(world.flying.length, 0)
  world.b.send(10)
  world.flush()
  while (world.flying.length > 0) world.deliver()
  assertCounts(world.b.arrived, 1)
})

test('late frames of an older link are refused, and acknowledgements of another link are not counted', () => {
  const world = new World()
  world.a.send(10)
  world.flush()
  world.deliver()
  const frames: Buffer[] = []
  const limits = { queueBytes: 1e6, windowBytes: 1e6, frameBytes: 600, resendMs: 200 }
  const transmit = (bytes: Buffer) => frames.push(Buffer.from(bytes))
  const newer = new Peer({ self: 'a', peer: 'b', link: 2, transmit, ...limits })
  newer.enqueue(numbered(2))
  newer.flush(0)
  world.b.take(frames[0]!, 0)
  assertCounts(world.b.arrived, 2)
  world.a.send(10)
  world.flush()
  while (world.flying.length > 0) world.deliver()
  world.b.send(10)
  world.flush()
  while (world.flying.length > 0) world.deliver()
  assertCounts(world.b.arrived, 2)
  assert.ok(world.a.peer.backlog > 0)
})
