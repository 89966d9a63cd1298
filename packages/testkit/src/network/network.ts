import type { NetConnectOpts } from 'node:net'
import type { BackingKind } from '../infrastructure/server.ts'
import { TcpProxy } from './tcp-proxy.ts'

/** Between the instances of a cluster and NATS, Redis and Postgres: a proxy for each way, so that each can fail alone. */
export class Network implements AsyncDisposable {
  readonly #ways = new Map<string, TcpProxy>()

  /** The address at which an instance reaches the server at `url`: for `ClusterOptions.way`. */
  readonly way = async (instance: string, kind: BackingKind, url: string): Promise<string> => {
    const proxy = await TcpProxy.start(placeOf(url))
    this.#ways.set(`${instance} ${kind}`, proxy)
    return throughProxy(url, proxy.port)
  }

  /** @throws when there is no such way */
  between(instance: string, kind: BackingKind): TcpProxy {
    const proxy = this.#ways.get(`${instance} ${kind}`)
    if (proxy === undefined) throw new Error(`${instance} has no way to ${kind}`)
    return proxy
  }

  /** All ways to a server. */
  to(kind: BackingKind): TcpProxy[] {
    return [...this.#ways].flatMap(([name, proxy]) => (name.endsWith(` ${kind}`) ? [proxy] : []))
  }

  heal(): void {
    for (const proxy of this.#ways.values()) proxy.heal()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#ways.values()].map((proxy) => proxy[Symbol.asyncDispose]()))
  }
}

/** Where a server listens; a private Postgres on a socket in the directory that stands for its host. */
export function placeOf(url: string): NetConnectOpts {
  const { hostname, port, protocol } = new URL(url)
  const host = decodeURIComponent(hostname)
  if (host.startsWith('/')) return { path: `${host}/.s.PGSQL.${port || 5432}` }
  const usual = { 'nats:': 4222, 'redis:': 6379, 'postgresql:': 5432 }[protocol]
  return { host, port: Number(port) || usual! }
}

/** The same address by way of a loopback port. */
export function throughProxy(url: string, port: number): string {
  const { protocol, username, password, pathname, search } = new URL(url)
  const secret = password === '' ? '' : `:${password}`
  const user = username === '' ? '' : `${username}${secret}@`
  return `${protocol}//${user}127.0.0.1:${port}${pathname}${search}`
}
