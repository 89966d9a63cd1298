import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Answer, Command } from './protocol.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

/** A generator process as the rig sees it. Commands are sent one at a time. */
export class Generator implements AsyncDisposable {
  readonly #child: ChildProcess
  #waiting: PromiseWithResolvers<Answer> | undefined

  constructor() {
    this.#child = fork(MAIN, { serialization: 'advanced' })
    this.#child.on('message', (answer: Answer) => this.#answer(answer))
    this.#child.on('exit', (code, signal) => {
      this.#waiting?.reject(new Error(`a generator ended: ${code ?? signal}`))
    })
  }

  /** Sends a command and resolves with its answer; rejects when it failed, or took over `limitMs`. */
  async tell(command: Command, limitMs = 120_000): Promise<Answer> {
    const waiting = Promise.withResolvers<Answer>()
    this.#waiting = waiting
    const late = new Error(`the generator took over ${limitMs} ms to ${command.do}`)
    const timer = setTimeout(() => waiting.reject(late), limitMs)
    this.#child.send(command)
    try {
      return await waiting.promise
    } finally {
      clearTimeout(timer)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()))
    this.#child.disconnect()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2_000)
    await gone
    clearTimeout(timer)
  }

  #answer(answer: Answer): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (answer.error === undefined) waiting?.resolve(answer)
    else waiting?.reject(new Error(answer.error))
  }
}
