import { type HealthCheckResponse, healthContract } from './contracts/health.ts'
import { RpcError } from './rpc-error.ts'
import { type ServedContract, serve } from './rpc-server.ts'

/** Questions an orchestrator asks; each answers true for SERVING. */
export interface HealthChecks {
  /** False: the process must be restarted. */
  liveness(): boolean | Promise<boolean>
  /** False: send no traffic. */
  readiness(): boolean | Promise<boolean>
  /** False: still starting. */
  startup(): boolean | Promise<boolean>
}

/** `grpc.health.v1` with the services `liveness`, `readiness`, `startup`; the empty name means readiness. */
export function serveHealth(checks: HealthChecks): ServedContract {
  return serve(healthContract, {
    async check({ service }): Promise<HealthCheckResponse> {
      const name = service === '' ? 'readiness' : service
      if (name !== 'liveness' && name !== 'readiness' && name !== 'startup') {
        throw new RpcError('NOT_FOUND', `no service ${service}`)
      }
      return { status: (await checks[name]()) ? 'SERVING' : 'NOT_SERVING' }
    },
  })
}
