import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { after } from 'node:test'
import { Redis } from 'ioredis'

/** A private redis-server for one test file; gone after the file's tests. */
export class RedisServer {
  readonly port: number
  #process: ChildProcess | undefined

  private constructor(port: number) {
    this.port = port
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort())
    await server.up()
    after(() => server.down())
    return server
  }

  get address(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** Starts it, always empty. */
  async up(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
    this.#process = spawn('redis-server', args, { stdio: 'ignore' })
    await once(this.#process, 'spawn')
    const probe = new Redis({ port: this.port, host: '127.0.0.1', retryStrategy: () => 10 })
    probe.on('error', () => undefined)
    await probe.ping()
    probe.disconnect()
  }

  async down(): Promise<void> {
    const running = this.#process
    this.#process = undefined
    if (!running || running.exitCode !== null) return
    const gone = once(running, 'exit')
    running.kill('SIGKILL')
    await gone
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#process?.kill(signal)
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
