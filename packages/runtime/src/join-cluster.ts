import type { Kind } from '@heliograph/bus'
import { createOwnership, createRouter, type Ownership, type Router, type Tenancy } from '@heliograph/ownership'
import type { ServiceContext } from './context.ts'

export interface Membership {
  readonly ownership: Ownership
  readonly router: Router
}

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
  return { ownership, router }
}
