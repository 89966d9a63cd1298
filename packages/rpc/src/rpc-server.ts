import {
  type handleUnaryCall,
  type MethodDefinition,
  Server,
  type ServerUnaryCall,
  type ServiceDefinition,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import type { Logger } from '@heliograph/telemetry'
import { admitted, CallerLimits, scopeOf } from './caller-limits.ts'
import { Carrier } from './carrier.ts'
import { type Contract, type Methods, methodsOf } from './contract.ts'
import { largestMessage } from './largest-message.ts'
import { RpcError } from './rpc-error.ts'
import { type RpcTls, serverCredentials } from './rpc-tls.ts'
import { type StreamHandler, streamed } from './streamed.ts'
import type { WrongTokens } from './wrong-tokens.ts'

/** About the call that a handler answers. */
export interface CallInfo {
  /** Address of the caller. */
  readonly peer: string
  /** Aborts when the caller gives up or its deadline passes. */
  readonly signal: AbortSignal
  /** By which names it is limited what the caller may do; without it, or empty: it isn't. */
  readonly by?: string
}

/** One function a method. It may throw `RpcError` to refuse; anything else becomes INTERNAL and is logged once. */
export type Handlers<Service> = {
  readonly [Name in keyof Service]: (
    request: Methods<Service>[Name]['request'],
    call: CallInfo,
  ) => Promise<Methods<Service>[Name]['reply']> | Methods<Service>[Name]['reply']
}

/** A contract with who fulfils it; made by `serve`. */
export interface ServedContract {
  readonly name: string
  register(server: Server, conditions: Conditions): void
  /** Its methods with one reply by full name, `package.Service.Method`. */
  methods(): ReadonlyMap<string, ServedMethod>
}

/** Under which a service is served. */
export interface Conditions {
  readonly log: Logger
  /** Ends streams. */
  readonly stopping: AbortSignal
  /** Who may do less than everything, at the time of a call. */
  readonly limits: () => CallerLimits
  /** Who offered too many tokens that nobody knows. */
  readonly wrongTokens: WrongTokens | undefined
}

export interface ServedMethod {
  readonly name: string
  readonly handler: UntypedHandler
  readonly definition: MethodDefinition<unknown, unknown>
}

/** A handler, whatever its contract. */
export type UntypedHandler = (request: unknown, call: CallInfo) => unknown

export interface RpcServerOptions {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
  readonly tls?: RpcTls | undefined
  readonly services: readonly ServedContract[]
  readonly log: Logger
  /** Who may do less than everything, at the time of a call. Default: nobody. */
  readonly limits?: () => CallerLimits
  /** Counts tokens that nobody knows. Default: they aren't. */
  readonly wrongTokens?: WrongTokens
}

export interface RpcServer extends AsyncDisposable {
  /** `host:port` as bound; the port is never 0. */
  readonly address: string
  /** Answers another service from now on. */
  add(service: ServedContract): void
}

/** How long calls under way may take when the server stops. */
const graceMs = 2_000

/** @param streams who answers the methods with a stream of replies; they are called over the network, also within a process */
export function serve<Service>(
  contract: Contract<Service>,
  handlers: Handlers<Service>,
  streams: Readonly<Record<string, StreamHandler>> = {},
): ServedContract {
  const { name } = contract
  const methods = () => handlersOf(contract.definition(), handlers as UntypedHandlers, name)
  return {
    name,
    register(server, conditions) {
      const streaming = Object.entries(streams).map(([method, handler]) => [
        method,
        streamed(handler, `${name}.${method}`, conditions),
      ])
      const definition = contract.definition()
      server.addService(definition, { ...implementation(methods(), conditions), ...Object.fromEntries(streaming) })
    },
    methods,
  }
}

/**
 * Answers the given services. Disposing lets calls under way finish for 2 s.
 *
 * @throws when the address can't be bound.
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { host, port, tls, services, log, limits = () => CallerLimits.none, wrongTokens } = options
  const server = new Server({ 'grpc.max_receive_message_length': largestMessage, 'grpc.enable_channelz': 0 })
  const stopping = new AbortController()
  const conditions = { log, stopping: stopping.signal, limits, wrongTokens }
  const carrier = new Carrier(server, conditions)
  const add = (service: ServedContract): void => {
    service.register(server, conditions)
    carrier.add(service.methods())
  }
  for (const service of services) add(service)
  const name = host.includes(':') ? `[${host}]` : host
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${name}:${port}`, serverCredentials(tls), (error, at) => (error ? reject(error) : resolve(at)))
  })
  return {
    address: `${name}:${bound}`,
    add,
    async [Symbol.asyncDispose]() {
      carrier.stop()
      stopping.abort()
      const finished = new Promise<void>((resolve) => server.tryShutdown(() => resolve()))
      const timer = setTimeout(() => server.forceShutdown(), graceMs)
      await finished
      clearTimeout(timer)
    },
  }
}

type UntypedHandlers = Record<string, UntypedHandler | undefined>

function handlersOf(
  service: ServiceDefinition,
  handlers: UntypedHandlers,
  serviceName: string,
): Map<string, ServedMethod> {
  return new Map(
    methodsOf(service).map(([method, definition]) => {
      const name = `${serviceName}.${method}`
      const handler = handlers[definition.originalName ?? method]
      if (handler === undefined) throw new Error(`${name} has no handler`)
      return [name, { name, handler: handler.bind(handlers), definition }]
    }),
  )
}

function implementation(
  methods: ReadonlyMap<string, ServedMethod>,
  conditions: Conditions,
): UntypedServiceImplementation {
  return Object.fromEntries(
    [...methods].map(([name, method]) => [name.slice(name.lastIndexOf('.') + 1), unary(method, conditions)]),
  )
}

function unary(
  { name: what, handler, definition }: ServedMethod,
  { log, limits, wrongTokens }: Conditions,
): handleUnaryCall<unknown, unknown> {
  const scope = scopeOf(definition)
  return (call: ServerUnaryCall<unknown, unknown>, reply: sendUnaryData<unknown>) => {
    const cancelled = new AbortController()
    call.on('cancelled', () => cancelled.abort())
    const peer = call.getPeer()
    const refuse = (error: unknown): void => {
      if (error instanceof RpcError) {
        reply({ code: status[error.code], details: error.message })
        return
      }
      log.error('rpc_failed', { method: what, error })
      reply({ code: status.INTERNAL, details: 'internal error' })
    }
    Promise.resolve()
      .then(() => {
        const by = admitted(limits(), call, { scope, peer, method: what, log, wrongTokens })
        return handler(call.request, { peer, signal: cancelled.signal, by })
      })
      .then((answer) => reply(null, answer), refuse)
      .catch((error: unknown) => log.error('rpc_reply_failed', { method: what, error }))
  }
}
