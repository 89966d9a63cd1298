import { contract } from '../contract.ts'

export type InstanceState = 'starting' | 'running' | 'draining' | 'stopped'

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
  info(request: Record<never, never>): Promise<InfoReply>
  drain(request: Record<never, never>): Promise<DrainReply>
}

export const instanceContract = contract<Instance>('heliograph/v1/instance.proto', 'heliograph.v1.Instance')
