import { contract } from '../contract.ts'

export type InstanceState = 'starting' | 'running' | 'draining' | 'stopped'

export interface InstanceRequest {
  /** Which one is meant; without it whichever is asked. */
  readonly instance?: string
}
export interface InfoReply {
  readonly instance: string
  readonly services: readonly string[]
  readonly version: string
  readonly state: InstanceState
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly addresses: Readonly<Record<string, string>>
  readonly problems: readonly string[]
}
export interface DrainReply {
  readonly begun: boolean
}

/** `heliograph.v1.Instance`; the guarantees are in `proto/heliograph/v1/instance.proto`. */
export interface Instance {
  info(request: InstanceRequest): Promise<InfoReply>
  drain(request: InstanceRequest): Promise<DrainReply>
}

export const instanceContract = contract<Instance>('heliograph/v1/instance.proto', 'heliograph.v1.Instance')
