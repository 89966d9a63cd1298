import { setTimeout as sleep } from 'node:timers/promises'
import {
  type HealthCheckRequest,
  type HealthCheckResponse,
  healthContract,
  type ServingStatus,
} from './contracts/health.ts'
import { RpcError } from './rpc-error.ts'
import { type CallInfo, type ServedContract, serve } from './rpc-server.ts'
import type { StreamHandler } from './streamed.ts'

/** Questions an orchestrator asks; each answers true for SERVING. */
export interface HealthChecks {
  /** False: the process must be restarted. */
  liveness(): boolean | Promise<boolean>
  /** False: send no traffic. */
  readiness(): boolean | Promise<boolean>
  /** False: still starting. */
  startup(): boolean | Promise<boolean>
}

/** How often it is looked for what those who watch are to be told. */
const EVERY_MS = 1_000
const MOST_WATCHERS = 256

/** `grpc.health.v1` with the services `liveness`, `readiness`, `startup`; the empty name means readiness. */
export function serveHealth(checks: HealthChecks, everyMs = EVERY_MS): ServedContract {
  const statusOf = async (service: string): Promise<ServingStatus> => {
    const name = service === '' ? 'readiness' : service
    if (name !== 'liveness' && name !== 'readiness' && name !== 'startup') return 'SERVICE_UNKNOWN'
    return (await checks[name]()) ? 'SERVING' : 'NOT_SERVING'
  }
  let watchers = 0
  /** The status now, and each one that differs from the one before. Who watches an unknown service is told so and goes on watching. */
  async function* watch(
    { service }: HealthCheckRequest,
    { signal }: CallInfo,
  ): AsyncGenerator<HealthCheckResponse, void> {
    if (watchers >= MOST_WATCHERS) throw new RpcError('RESOURCE_EXHAUSTED', `${MOST_WATCHERS} watch already`)
    watchers++
    try {
      for (let told: ServingStatus | undefined; !signal.aborted; ) {
        const status = await statusOf(service)
        if (status !== told) yield { status }
        told = status
        await sleep(everyMs, undefined, { signal }).catch(() => undefined) // aborted: the loop ends
      }
    } finally {
      watchers--
    }
  }
  return serve(
    healthContract,
    {
      async check({ service }): Promise<HealthCheckResponse> {
        const status = await statusOf(service)
        if (status === 'SERVICE_UNKNOWN') throw new RpcError('NOT_FOUND', `no service ${service}`)
        return { status }
      },
    },
    { watch: watch as StreamHandler },
  )
}
