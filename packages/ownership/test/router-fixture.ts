import { Envelope, type InstanceId, Kind, Op } from '@heliograph/bus'
import { silentTelemetry } from '@heliograph/telemetry'
import { partitionOf } from '../src/partition.ts'
import { createRouter, type RouterBounds } from '../src/router/create-router.ts'
import { FakeLinks } from './fake-links.ts'
import { FakeOwnership } from './fake-ownership.ts'
import { World } from './sim/world.ts'

export const key = 'bob@example.org'
export const partition = partitionOf(key)
const me = 'session-0-a'

/** A router among links, owners and a clock that the test moves. */
export function setUp(bounds: RouterBounds = {}, telemetry = silentTelemetry()) {
  const world = new World(1)
  const clock = world.clockOf({ name: me, state: 'running' })
  const links = new FakeLinks(me, clock.turn)
  const ownership = new FakeOwnership(Kind.user, me)
  const router = createRouter({ links, ownership, telemetry, clock, bounds, handOverMs: 1000 })
  const outcomes: string[] = []
  let count = 0
  const numbered = (op: Op = Op.stanza) => Object.assign(new Envelope(op), { count: ++count })
  return {
    world,
    links,
    ownership,
    router,
    outcomes,
    numbered,
    transfer: (kind: Kind = Kind.user) => {
      const envelope = numbered()
      router.transfer(kind, key, envelope, (outcome) => void outcomes.push(`${envelope.count} ${outcome}`))
      return envelope
    },
    /** Lets `ms` pass. */
    pass: (ms: number) => world.run(world.now + ms, () => undefined),
    receiveFrom: (from: InstanceId, envelope: Envelope, fields: Partial<Envelope> = {}) =>
      links.deliver(from, Object.assign(envelope, fields)),
    /** What was sent since the last time, as `to:count`. */
    sent: () => links.take().map(({ to, envelope }) => `${to}:${envelope.count}`),
  }
}

export const receiptFor = (...transfers: number[]) => Object.assign(new Envelope(Op.receipt), { ids: transfers })
export const movedFor = ({ attempt, transfer }: Envelope) =>
  Object.assign(new Envelope(Op.moved), { kind: Kind.user, partition, attempt, transfer })
