import { silentTelemetry } from '@heliograph/telemetry'
import type { SessionContext } from '../../src/context.ts'
import { sessionEvents } from '../../src/events.ts'
import { EarlyParcels } from '../../src/rooms/early-parcels.ts'
import { Users } from '../../src/users/users.ts'

/** A context in which nothing is stored or sent; `seen` says what would have been. */
export function fakeContext(config: Partial<SessionContext['config']> = {}) {
  const seen: string[] = []
  const { log, metrics } = silentTelemetry()
  const note = (what: string) => (): Promise<void> => {
    seen.push(what)
    return Promise.resolve()
  }
  const context = {
    config: {
      idleUserMs: 60_000,
      idleUsers: 100,
      unackedBytes: 1_000_000,
      mailboxBound: 10,
      archive: { enabled: true },
      delegations: new Map(),
      ...config,
    },
    log,
    events: sessionEvents(metrics),
    users: new Users({ handle: () => {}, failed: () => {}, bound: 10 }),
    early: new EarlyParcels(),
    tenure: { isSettling: () => false },
    ownership: { epochOf: () => 1, heldEpochOf: () => 1 },
    archive: {
      watch: () => {},
      queued: 0,
      flushed: note('flushed'),
      markOffline: async (_owner: string, ids: readonly number[]) => {
        seen.push('marked offline')
        return { waiting: new Set(ids), marked: ids.length }
      },
    },
    records: { changed: () => {}, removed: () => {}, waiting: 0 },
    loads: { waiting: 0 },
    router: { outstanding: 0 },
    capabilities: { note: () => {}, left: () => {}, tick: () => {}, featuresOf: () => undefined },
    ownRequests: {
      ask: () => Promise.reject(new Error('nothing is asked')),
      answered: () => false,
      tick: () => {},
      abandon: () => {},
    },
    delegated: { tick: () => {}, abandon: () => {} },
    lists: { tick: () => {}, heard: () => false, answered: () => false },
    listed: { size: 0 },
    pushes: { tell: () => {}, tick: () => {}, forget: () => {}, handOver: () => {}, answered: () => false },
    outgoing: { tellEdge: () => {} },
  } as unknown as SessionContext
  return { context, seen }
}
