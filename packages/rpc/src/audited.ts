import type { Logger } from '@heliograph/telemetry'
import { scopeOf } from './caller-limits.ts'
import type { Contract } from './contract.ts'
import { RpcError } from './rpc-error.ts'
import type { CallInfo, Handlers, UntypedHandler } from './rpc-server.ts'

/** The fields of a request that say what it is about. Nothing else is logged: it may be a password, or words. */
const ABOUT = [
  'jid',
  'domain',
  'owner',
  'inviter',
  'to',
  'number',
  'instance',
  'disabled',
  'days',
  'configured',
  'bodies',
]

/** What the log says of a request: never its passwords and texts. */
export function aboutOf(request: unknown): Readonly<Record<string, unknown>> {
  const given = request as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    ABOUT.filter((name) => name in given && given[name] !== '').map((name) => [name, given[name]]),
  )
}

/** The handlers of a contract for administration; calls from outside that change something are logged with what became of them. */
export function audited<Service>(
  contract: Contract<Service>,
  handlers: Handlers<Service>,
  log: Logger,
): Handlers<Service> {
  const untyped = handlers as Readonly<Record<string, UntypedHandler>>
  const wrapped = Object.values(contract.definition()).flatMap((definition) => {
    const method = definition.originalName ?? ''
    const handler = untyped[method]
    const scope = scopeOf(definition)
    if (handler === undefined || scope === undefined || scope === 'read') return []
    const logged = async (request: unknown, call: CallInfo): Promise<unknown> => {
      // Between instances, and within this one: whoever asks logs.
      const inside = call.peer === 'local' || (request as { localOnly?: boolean }).localOnly === true
      if (inside) return handler(request, call)
      const by = call.by ? { by: call.by } : {}
      const entry = { via: 'grpc', peer: call.peer, ...by, method, about: aboutOf(request) }
      try {
        const reply = await handler(request, call)
        const { ok, condition } = reply as { ok?: boolean; condition?: string }
        log.info('admin_called', { ...entry, outcome: ok === false ? condition : 'done' })
        return reply
      } catch (error) {
        log.info('admin_called', { ...entry, outcome: error instanceof RpcError ? error.code : 'INTERNAL' })
        throw error
      }
    }
    return [[method, logged] as const]
  })
  return { ...handlers, ...Object.fromEntries(wrapped) }
}
