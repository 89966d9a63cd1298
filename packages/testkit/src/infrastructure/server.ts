/** A real NATS, Redis or Postgres that tests use; those that we started can be disturbed. */
export interface BackingServer extends AsyncDisposable {
  readonly kind: BackingKind
  /** Where it came from, for people: `address in the environment`, `container`, `/usr/bin/redis-server` … */
  readonly origin: string
  /** Stays the same when the server is restarted. */
  readonly url: string
  /** False for a server that somebody else runs: the methods below throw. */
  readonly ours: boolean
  /** Stops it in an orderly way. */
  stop(): Promise<void>
  /** Ends it with SIGKILL. */
  kill(): Promise<void>
  /** Starts it again: Postgres with its data, NATS and Redis empty. */
  start(): Promise<void>
  /** Freezes it: connections stay open, nothing is answered. */
  pause(): Promise<void>
  resume(): Promise<void>
}

export type BackingKind = 'nats' | 'redis' | 'postgres'

/** A server whose address was given to us. */
export function foreignServer(kind: BackingKind, url: string, origin: string): BackingServer {
  const refuse = (): never => {
    throw new Error(`this ${kind} (${url}) is not ours to disturb: ask for infrastructure of your own`)
  }
  const nothing = async (): Promise<void> => {}
  return {
    kind,
    origin,
    url,
    ours: false,
    stop: refuse,
    kill: refuse,
    start: refuse,
    pause: refuse,
    resume: refuse,
    [Symbol.asyncDispose]: nothing,
  }
}
