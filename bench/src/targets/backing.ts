import { join } from 'node:path'
import { freePort } from '@heliograph/testkit'
import type { Child } from './child.ts'
import { PrivatePostgres } from './private-postgres.ts'
import type { Workspace } from './workspace.ts'

/** What a cluster stands on: NATS, Redis and Postgres of our own, on free loopback ports. */
export class Backing implements AsyncDisposable {
  readonly addresses: { readonly nats: string; readonly redis: string; readonly postgres: string }
  readonly #nats: Child
  readonly #redis: Child
  readonly #postgres: PrivatePostgres

  private constructor(nats: Child, redis: Child, postgres: PrivatePostgres, ports: { nats: number; redis: number }) {
    this.#nats = nats
    this.#redis = redis
    this.#postgres = postgres
    this.addresses = {
      nats: `nats://127.0.0.1:${ports.nats}`,
      redis: `redis://127.0.0.1:${ports.redis}`,
      postgres: `postgres://bench@127.0.0.1:${postgres.port}/heliograph`,
    }
  }

  /** Starts all three; Redis without a disk, as what it holds is the recovery copy of what is live. */
  static async start(workspace: Workspace, name: string): Promise<Backing> {
    const home = await workspace.directory(name)
    const ports = { nats: await freePort(), redis: await freePort() }
    const nats = workspace.spawn({
      command: 'nats-server',
      args: ['-a', '127.0.0.1', '-p', String(ports.nats), '-js', '-sd', join(home, 'nats')],
      logFile: join(home, 'nats.log'),
    })
    const redis = workspace.spawn({
      command: 'redis-server',
      args: ['--bind', '127.0.0.1', '--port', String(ports.redis), '--save', '', '--appendonly', 'no'],
      logFile: join(home, 'redis.log'),
      cwd: home,
    })
    await nats.listening(ports.nats)
    await redis.listening(ports.redis)
    const postgres = await PrivatePostgres.start(workspace, `${name}-postgres`, { max_connections: '200' })
    await postgres.createDatabase('heliograph')
    return new Backing(nats, redis, postgres, ports)
  }

  roots(): Array<[string, number[]]> {
    return [
      ['NATS', [this.#nats.pid]],
      ['Redis', [this.#redis.pid]],
      ['Postgres', [this.#postgres.pid]],
    ]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#nats.stop(), this.#redis.stop(), this.#postgres[Symbol.asyncDispose]()])
  }
}
