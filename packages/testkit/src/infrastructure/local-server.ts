import type { ChildProcess } from 'node:child_process'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { endChild, spawnChild } from '../child.ts'
import type { BackingKind, BackingServer } from './server.ts'

export interface LocalServerSpec {
  readonly kind: BackingKind
  readonly url: string
  readonly port: number
  readonly binary: string
  readonly args: readonly string[]
  readonly cwd: string
}

const START_MS = 10_000

/** A NATS or Redis server run from a binary on this machine, on a loopback port, keeping nothing on disk. */
export class LocalServer implements BackingServer {
  readonly kind: BackingKind
  readonly origin: string
  readonly url: string
  readonly ours = true
  readonly #spec: LocalServerSpec
  #child: ChildProcess | undefined

  constructor(spec: LocalServerSpec) {
    this.#spec = spec
    this.kind = spec.kind
    this.origin = spec.binary
    this.url = spec.url
  }

  async start(): Promise<void> {
    const { binary, args, cwd, port } = this.#spec
    const child = spawnChild(binary, args, { cwd })
    this.#child = child
    const output: string[] = []
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        if (output.length < 100) output.push(String(chunk))
      })
    const deadline = Date.now() + START_MS
    while (!(await accepts(port))) {
      const ended = child.exitCode !== null || child.signalCode !== null
      if (ended || Date.now() > deadline) throw new Error(`${binary} did not start: ${output.join('')}`)
      await sleep(20)
    }
  }

  async stop(): Promise<void> {
    if (this.#child) await endChild(this.#child, 'SIGTERM')
  }

  async kill(): Promise<void> {
    if (this.#child) await endChild(this.#child, 'SIGKILL')
  }

  async pause(): Promise<void> {
    this.#child?.kill('SIGSTOP')
  }

  async resume(): Promise<void> {
    this.#child?.kill('SIGCONT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 500 })
    const settle = (up: boolean) => {
      socket.destroy()
      resolve(up)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
    socket.once('timeout', () => settle(false))
  })
}
