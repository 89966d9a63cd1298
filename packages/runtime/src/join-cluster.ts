import { setTimeout as sleep } from 'node:timers/promises'
import type { Kind } from '@heliograph/bus'
import { createOwnership, createRouter, type Ownership, type Router, type Tenancy } from '@heliograph/ownership'
import type { ServiceContext } from './context.ts'
import type { ReadinessProblems } from './service.ts'

export interface Membership extends AsyncDisposable {
  readonly ownership: Ownership
  readonly router: Router
  /** What keeps this member from serving. */
  problems(): ReadinessProblems
  /** Hands over every partition, then waits for what was sent to be taken by its receivers; at most until `signal` aborts. */
  leave(signal: AbortSignal): Promise<void>
}

const LOOK_EVERY_MS = 20

/**
 * Makes a service a member of the cluster: its ownership of partitions of `kind`, and the router that follows the owners of all kinds in
 * `watch`. Nothing happens before `ownership.start()`, so that handlers can be registered.
 */
export function joinCluster(
  host: ServiceContext,
  { kind, watch, tenancy }: { kind: Kind; watch: readonly Kind[]; tenancy?: Tenancy },
): Membership {
  const { config, links, liveState, telemetry } = host
  const ownership = createOwnership({
    kind,
    links,
    liveState,
    watch,
    ...(tenancy && { tenancy }),
    rpc: host.rpcAddress,
    ...config.leases,
    telemetry,
    lapsed: () => host.abandon('its lease ran out and others took over'),
  })
  const router = createRouter({ links, ownership, telemetry, handOverMs: config.limits.handOverSeconds * 1000 })
  return {
    ownership,
    router,
    problems: () => (ownership.current ? [] : ['its lease has run out']),
    async leave(signal) {
      await ownership.drain()
      // Peers refuse what comes from an instance that they have seen leave.
      while (router.outstanding > 0 && !signal.aborted) await sleep(LOOK_EVERY_MS)
    },
    async [Symbol.asyncDispose]() {
      await ownership[Symbol.asyncDispose]()
      await router[Symbol.asyncDispose]()
    },
  }
}
