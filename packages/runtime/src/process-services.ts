import type { ConfigChange } from '@heliograph/config'
import { type Taps, watch } from '@heliograph/live-trace'
import {
  audited,
  type Handlers,
  type Instance,
  type InstanceState,
  instanceContract,
  type ReloadReply,
  RpcError,
  type ServedContract,
  serve,
  serveHealth,
} from '@heliograph/rpc'
import type { Logger } from '@heliograph/telemetry'
import type { ReadinessProblems } from './service.ts'

/** What a process tells about itself. */
export interface ProcessView {
  readonly instance: string
  readonly services: readonly string[]
  readonly version: string
  readonly startedAt: number
  readonly state: InstanceState
  readonly addresses: Readonly<Record<string, string>>
  /** Whether an instance id is this process's, or that of a service in it. */
  isCalled(instance: string): boolean
  problems(): Promise<ReadinessProblems>
  /** Begins to drain and stop; false when that had begun already. */
  beginShutdown(): boolean
  /** Reads the configuration again. */
  reload(): ConfigChange | { readonly problem: string }
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
export function instanceService(view: ProcessView, taps: Taps, log: Logger): ServedContract {
  const handlers: Handlers<Instance> = {
    info: async ({ instance }) => ({
      ...meant(view, instance),
      instance: view.instance,
      services: view.services,
      version: view.version,
      state: view.state,
      startedAt: view.startedAt,
      addresses: view.addresses,
      problems: view.state === 'running' ? await view.problems() : [`it is ${view.state}`],
    }),
    drain: ({ instance }) => ({ ...meant(view, instance), begun: view.beginShutdown() }),
    reload: ({ instance }) => ({ ...meant(view, instance), ...reloaded(view) }),
  }
  return serve(instanceContract, audited(instanceContract, handlers, log), { watch: watch(taps) })
}

function reloaded(view: ProcessView): ReloadReply {
  const outcome = view.reload()
  if ('problem' in outcome)
    return { ok: false, condition: 'not-acceptable', text: outcome.problem, changed: [], needsRestart: [] }
  return { ok: true, condition: '', text: '', ...outcome }
}

/** @throws RpcError when another instance is meant: it was at this address before, say. */
function meant(view: ProcessView, instance = ''): Record<never, never> {
  if (instance !== '' && !view.isCalled(instance)) throw new RpcError('NOT_FOUND', `this is ${view.instance}`)
  return {}
}
