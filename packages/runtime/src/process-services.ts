import { type InstanceState, instanceContract, type ServedContract, serve, serveHealth } from '@heliograph/rpc'
import type { ReadinessProblems } from './service.ts'

/** What a process tells about itself. */
export interface ProcessView {
  readonly instance: string
  readonly services: readonly string[]
  readonly version: string
  readonly startedAt: number
  readonly state: InstanceState
  readonly addresses: Readonly<Record<string, string>>
  problems(): Promise<ReadinessProblems>
  /** Begins to drain and stop; false when that had begun already. */
  beginShutdown(): boolean
}

/** `grpc.health.v1` of a process. */
export function healthService(view: ProcessView): ServedContract {
  return serveHealth({
    // That it answers is the proof: the event loop turns.
    liveness: () => view.state !== 'stopped',
    startup: () => view.state !== 'starting',
    readiness: async () => view.state === 'running' && (await view.problems()).length === 0,
  })
}

/** `heliograph.v1.Instance` of a process. */
export function instanceService(view: ProcessView): ServedContract {
  return serve(instanceContract, {
    info: async () => ({
      instance: view.instance,
      services: view.services,
      version: view.version,
      state: view.state,
      startedAt: view.startedAt,
      addresses: view.addresses,
      problems: view.state === 'running' ? await view.problems() : [`it is ${view.state}`],
    }),
    drain: () => ({ begun: view.beginShutdown() }),
  })
}
