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
export interface WatchRequest {
  readonly jid: string
  readonly bodies: boolean
}
/** Something that passed of a user; the fields are described in the `.proto` file. */
export interface WatchEvent {
  readonly place: 'watching' | 'edge' | 'owner'
  readonly direction: string
  readonly jid: string
  /** Milliseconds since 1970. */
  readonly time: number
  readonly stanza: string
  readonly dropped: number
}
export interface DrainReply {
  readonly begun: boolean
}

export interface ReloadReply {
  readonly ok: boolean
  readonly condition: string
  readonly text: string
  readonly changed: readonly string[]
  readonly needsRestart: readonly string[]
}

/** `heliograph.v1.Instance`; the guarantees are in `proto/heliograph/v1/instance.proto`. */
export interface Instance {
  info(request: InstanceRequest): Promise<InfoReply>
  drain(request: InstanceRequest): Promise<DrainReply>
  reload(request: InstanceRequest): Promise<ReloadReply>
}

export const instanceContract = contract<Instance>('heliograph/v1/instance.proto', 'heliograph.v1.Instance')
