import { contract } from '../contract.ts'

export type ServingStatus = 'UNKNOWN' | 'SERVING' | 'NOT_SERVING' | 'SERVICE_UNKNOWN'

export interface HealthCheckRequest {
  /** `liveness`, `readiness`, `startup`; empty means readiness. */
  readonly service: string
}
export interface HealthCheckResponse {
  readonly status: ServingStatus
}

/** `grpc.health.v1.Health`. */
export interface Health {
  check(request: HealthCheckRequest): Promise<HealthCheckResponse>
}

export const healthContract = contract<Health>('grpc/health/v1/health.proto', 'grpc.health.v1.Health')
