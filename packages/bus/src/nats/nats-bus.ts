import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '@heliograph/telemetry'
import {
  connect,
  credsAuthenticator,
  errors,
  type Msg,
  type NatsConnection,
  type NodeConnectionOptions,
} from '@nats-io/transport-node'
import type { Bus, Delivery } from './bus.ts'

/** How to reach NATS. */
export interface NatsOptions {
  /** `host:port` or URLs; one suffices, the others of a cluster are learned from it. */
  readonly servers: string | readonly string[]
  /** `credentials`: the contents of a NATS credentials file. */
  readonly auth?:
    | { readonly user: string; readonly password: string }
    | { readonly token: string }
    | { readonly credentials: string }
    | undefined
  /** Paths of PEM files. An empty object: TLS with the system's authorities. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined
  /** Shown in the server's list of connections. */
  readonly name: string
  readonly log: Logger
  /** Stops the wait for the first connection. */
  readonly signal?: AbortSignal | undefined
}

const retryMs = 250
const complainMs = 10_000

/**
 * Connects to NATS, waiting for it as long as it isn't there; after that reconnects for ever.
 *
 * @throws when NATS refuses the credentials, or when `signal` aborts
 */
export async function connectNats(options: NatsOptions): Promise<Bus> {
  let complained = Number.NEGATIVE_INFINITY
  for (;;) {
    options.signal?.throwIfAborted()
    try {
      return new NatsBus(await connect(connectionOptions(options)), options.log)
    } catch (error) {
      if (error instanceof errors.AuthorizationError) throw error
      if (performance.now() - complained > complainMs) {
        complained = performance.now()
        options.log.warn('bus_unreachable', { error })
      }
    }
    await delay(retryMs, undefined, { signal: options.signal })
  }
}

function connectionOptions({ servers, auth, tls, name }: NatsOptions): NodeConnectionOptions {
  return {
    servers: typeof servers === 'string' ? servers : [...servers],
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 150,
    reconnectJitter: 50,
    reconnectJitterTLS: 50,
    timeout: 5000,
    // A server that stopped without closing its sockets is noticed after three of these.
    pingInterval: 2000,
    maxPingOut: 2,
    ignoreAuthErrorAbort: true,
    ...(auth !== undefined && credentialsOf(auth)),
    ...(tls !== undefined && {
      tls: {
        ...(tls.ca !== undefined && { caFile: tls.ca }),
        ...(tls.cert !== undefined && { certFile: tls.cert }),
        ...(tls.key !== undefined && { keyFile: tls.key }),
      },
    }),
  }
}

function credentialsOf(auth: NonNullable<NatsOptions['auth']>): NodeConnectionOptions {
  if ('user' in auth) return { user: auth.user, pass: auth.password }
  if ('token' in auth) return { token: auth.token }
  return { authenticator: credsAuthenticator(new TextEncoder().encode(auth.credentials)) }
}

class NatsBus implements Bus {
  readonly #connection: NatsConnection
  readonly #log: Logger
  #online = true
  #handlers: ((online: boolean) => void)[] = []

  constructor(connection: NatsConnection, log: Logger) {
    this.#connection = connection
    this.#log = log
    this.#watch().catch((error: unknown) => log.error('bus_watch_failed', { error }))
  }

  get maxPayload(): number {
    return this.#connection.info?.max_payload ?? 1024 * 1024
  }

  get online(): boolean {
    return this.#online
  }

  publish(subject: string, payload: Uint8Array, reply?: string): void {
    if (!this.#online || this.#connection.isClosed()) return
    try {
      this.#connection.publish(subject, payload, reply === undefined ? {} : { reply })
    } catch (error) {
      this.#log.error('bus_publish_failed', { error, subject })
    }
  }

  subscribe(subject: string, handler: (delivery: Delivery) => void): () => void {
    const callback = (error: Error | null, message: Msg) => {
      // What is thrown here would end the client's reading for good.
      try {
        if (error) this.#log.error('bus_subscription_failed', { error, subject })
        else handler(deliveryOf(message))
      } catch (thrown) {
        this.#log.error('bus_handler_failed', { error: thrown, subject })
      }
    }
    const subscription = this.#connection.subscribe(subject, { callback })
    return () => subscription.unsubscribe()
  }

  onChange(handler: (online: boolean) => void): void {
    this.#handlers.push(handler)
  }

  async close(timeoutMs: number): Promise<void> {
    this.#handlers = []
    if (this.#connection.isClosed()) return
    const timer = new AbortController()
    if (this.#online) {
      const late = delay(timeoutMs, undefined, { signal: timer.signal }).catch(() => undefined)
      await Promise.race([this.#connection.drain().catch(() => undefined), late])
      timer.abort()
    }
    await this.#connection.close()
  }

  async #watch(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === 'disconnect' && this.#online) this.#change(false)
      else if (status.type === 'reconnect' && !this.#online) this.#change(true)
      else if (status.type === 'error') this.#log.warn('bus_error', { error: status.error })
    }
  }

  #change(online: boolean): void {
    this.#online = online
    this.#log.warn(online ? 'bus_back' : 'bus_lost', { server: this.#connection.getServer() })
    for (const handler of this.#handlers) handler(online)
  }
}

function deliveryOf(message: Msg): Delivery {
  const { data } = message
  return {
    get subject() {
      return message.subject
    },
    payload: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    noResponders: data.length === 0 && message.headers?.code === 503,
    get reply() {
      return message.reply === undefined || message.reply === '' ? undefined : message.reply
    },
  }
}
