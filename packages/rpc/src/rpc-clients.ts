import { type ChannelOptions, Client, connectivityState, Metadata } from '@grpc/grpc-js'
import type { Logger } from '@heliograph/telemetry'
import { Carriage } from './carriage.ts'
import { type Contract, type Methods, methodsOf } from './contract.ts'
import { largestMessage } from './largest-message.ts'
import { LocalCalls } from './local-calls.ts'
import { fromStatus, RpcError } from './rpc-error.ts'
import type { ServedContract } from './rpc-server.ts'
import { channelCredentials, type RpcTls } from './rpc-tls.ts'

export interface CallOptions {
  /** Default that of the clients: 5000. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** The methods of a service as its caller sees them. They reject with `RpcError`. */
export type RpcClient<Service> = {
  readonly [Name in keyof Service]: (
    request: Methods<Service>[Name]['request'],
    options?: CallOptions,
  ) => Promise<Methods<Service>[Name]['reply']>
}

type Method = (request: unknown, options?: CallOptions) => Promise<unknown>

/** Channels kept; the one unused for longest gives way, so that addresses that are gone don't pile up. */
const mostChannels = 128
/** Separate calls to one address that may be under way; more fail with RESOURCE_EXHAUSTED. */
const mostSeparate = 10_000
const channelOptions: ChannelOptions = {
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
  'grpc.max_receive_message_length': largestMessage,
  // An IP address may not be a TLS server name (RFC 6066 §3).
  'grpc.ssl_target_name_override': 'heliograph',
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2_000,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5_000,
}

/** Channels to other instances, one an address, shared by everything in the process that calls. */
export class RpcClients implements Disposable {
  readonly #channels = new Map<string, Channel>()
  readonly #tls: RpcTls | undefined
  readonly #timeoutMs: number
  readonly #local = new LocalCalls()
  readonly #mostSeparate: number
  #underWay = 0
  #turn = 0
  #closed = false

  /** `timeoutMs` is that of calls which don't say their own; `bound` that of {@link mostSeparate}. */
  constructor(tls?: RpcTls | undefined, timeoutMs = 5_000, bound = mostSeparate) {
    this.#tls = tls
    this.#timeoutMs = timeoutMs
    this.#mostSeparate = bound
  }

  /** Calls that wait for their answer. */
  get underWay(): number {
    return this.#underWay
  }

  /** Calls of `service` at `address`, this process's own, go straight to its handlers. */
  serveHere(address: string, service: ServedContract, log: Logger): void {
    this.#local.add(address, service, log)
  }

  /** Calls go to `address` (`host:port`), over a connection that is made when it is first needed. */
  at<Service>(contract: Contract<Service>, address: string): RpcClient<Service> {
    return this.#client(contract, (what, path, request, options) =>
      this.#counted(address, what, path, request, options),
    )
  }

  /**
   * Each call goes to the next of `addresses()`; when that one is unavailable, to the one after it, until each was
   * asked once or the time is up. So a call may reach two instances: give it only to methods that allow it.
   */
  among<Service>(contract: Contract<Service>, addresses: () => readonly string[]): RpcClient<Service> {
    return this.#client(contract, async (what, path, request, options) => {
      const candidates = addresses()
      if (candidates.length === 0) throw new RpcError('UNAVAILABLE', `${what}: no instance to ask`)
      const until = Date.now() + (options.timeoutMs ?? this.#timeoutMs)
      const first = this.#turn++
      for (let tried = 1; ; tried++) {
        const address = candidates[(first + tried) % candidates.length] as string
        const remaining = until - Date.now()
        const last = tried >= candidates.length
        // An address that swallows packets must not use up the time of the others.
        const timeoutMs =
          last || this.#local.has(address, what) || this.#ready(address)
            ? remaining
            : Math.max(remaining / 2, Math.min(remaining, 1_000))
        try {
          return await this.#counted(address, what, path, request, { ...options, timeoutMs })
        } catch (error) {
          if (last || Date.now() >= until || !this.#unreachable(error, address)) throw error
        }
      }
    })
  }

  /**
   * The replies of a method that streams them, until it ends or `signal` aborts. No more are taken than are read.
   *
   * @throws RpcError when it is refused or breaks
   */
  async *stream<Reply>(
    contract: Contract<unknown>,
    address: string,
    { method, request, signal }: { method: string; request: object; signal: AbortSignal },
  ): AsyncGenerator<Reply, void> {
    const what = `${contract.name}.${method}`
    if (this.#closed) throw new RpcError('CANCELLED', `${what}: the client is closed`)
    const { path, requestSerialize, responseDeserialize } = contract.definition()[method]!
    const { client } = this.#channel(address)
    const call = client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, new Metadata())
    const cancel = (): void => call.cancel()
    // Who has stopped reading hears no errors.
    call.on('error', () => {})
    signal.addEventListener('abort', cancel, { once: true })
    if (signal.aborted) cancel()
    try {
      for await (const reply of call) yield reply as Reply
    } catch (error) {
      if (!signal.aborted) throw fromStatus(error, `${what} at ${address}`)
    } finally {
      signal.removeEventListener('abort', cancel)
      cancel()
    }
  }

  /** Closes all channels; calls under way fail with CANCELLED or UNAVAILABLE. */
  [Symbol.dispose](): void {
    this.#closed = true
    for (const channel of this.#channels.values()) close(channel)
    this.#channels.clear()
  }

  #client<Service>(contract: Contract<Service>, call: Call): RpcClient<Service> {
    const methods = methodsOf(contract.definition()).map(([name, path]): [string, Method] => [
      path.originalName ?? name,
      (request, options = {}) => call(`${contract.name}.${name}`, path, request, options),
    ])
    return Object.fromEntries(methods) as RpcClient<Service>
  }

  async #counted(address: string, ...call: CallOf): Promise<unknown> {
    this.#underWay++
    try {
      return await this.#call(address, ...call)
    } finally {
      this.#underWay--
    }
  }

  #call(address: string, what: string, path: Path, request: unknown, options: CallOptions): Promise<unknown> {
    if (this.#closed) return Promise.reject(new RpcError('CANCELLED', `${what}: the client is closed`))
    const { timeoutMs = this.#timeoutMs, signal } = options
    if (this.#local.has(address, what)) return this.#local.call(address, what, request, { timeoutMs, signal })
    const channel = this.#channel(address)
    const { client, carriage } = channel
    if (carriage.ready) return carriage.call({ ...path, name: what }, request, { timeoutMs, signal })
    if (channel.separate >= this.#mostSeparate)
      return Promise.reject(new RpcError('RESOURCE_EXHAUSTED', `${what} at ${address}: too many calls under way`))
    channel.separate++
    return new Promise((resolve, reject) => {
      const call = client.makeUnaryRequest(
        path.path,
        path.requestSerialize,
        path.responseDeserialize,
        request,
        new Metadata(),
        { deadline: Date.now() + timeoutMs },
        (error, reply) => {
          channel.separate--
          signal?.removeEventListener('abort', cancel)
          if (error) return reject(fromStatus(error, `${what} at ${address}`))
          carriage.succeeded()
          resolve(reply)
        },
      )
      const cancel = (): void => call.cancel()
      signal?.addEventListener('abort', cancel)
      if (signal?.aborted) cancel()
    })
  }

  #unreachable(error: unknown, address: string): boolean {
    if (!(error instanceof RpcError)) return false
    return error.code === 'UNAVAILABLE' || (error.code === 'DEADLINE_EXCEEDED' && !this.#ready(address))
  }

  #ready(address: string): boolean {
    return this.#channel(address).client.getChannel().getConnectivityState(false) === connectivityState.READY
  }

  #channel(address: string): Channel {
    const channel = this.#channels.get(address) ?? open(address, this.#tls)
    this.#channels.delete(address)
    this.#channels.set(address, channel)
    if (this.#channels.size > mostChannels) {
      const [oldest, unused] = this.#channels.entries().next().value as [string, Channel]
      this.#channels.delete(oldest)
      close(unused)
    }
    return channel
  }
}

interface Channel {
  readonly client: Client
  readonly carriage: Carriage
  separate: number
}

function open(address: string, tls: RpcTls | undefined): Channel {
  const client = new Client(address, channelCredentials(tls), channelOptions)
  return { client, carriage: new Carriage(client, address), separate: 0 }
}

function close({ client, carriage }: Channel): void {
  carriage.close()
  client.close()
}

type Path = ReturnType<Contract<unknown>['definition']>[string]
type CallOf = [what: string, path: Path, request: unknown, options: CallOptions]
type Call = (...call: CallOf) => Promise<unknown>
