import type { Cluster, Member } from '@heliograph/testkit'
import type { Book } from './ledger/book.ts'

const LOOK_MS = 100
const START_AGAIN_MS = 500
/** Exit code of an instance that finds its lease gone (docs/architecture.md). */
const GAVE_UP = 1

/** Starts instances again that ended, as an orchestrator does, and notes those that ended unasked. */
export class Supervisor implements AsyncDisposable {
  /** Instance and exit code, of those that ended by themselves. */
  readonly exits: {
    readonly name: string
    readonly code: number | null
    readonly atMs: number
    readonly last: string
  }[] = []
  readonly #cluster: Cluster
  readonly #book: Book
  /** Those that somebody ended, until when they stay so. */
  readonly #down = new Map<Member, number>()
  /** Those that were killed since they were last started. */
  readonly #killed = new Set<Member>()
  #watching: Promise<void> | undefined
  #stop = false

  constructor(cluster: Cluster, book: Book) {
    this.#cluster = cluster
    this.#book = book
  }

  start(): void {
    this.#watching = Promise.all(this.#cluster.members.map((member) => this.#watch(member))).then(() => {})
  }

  /** SIGKILL; it is started again after a while. Resolves when it serves. */
  async kill(member: Member, pauseMs: number): Promise<void> {
    this.#down.set(member, performance.now() + pauseMs)
    this.#killed.add(member)
    await member.process.kill()
    await this.back(member)
  }

  /** SIGTERM; it is started again when it has ended. Resolves when it serves: with its exit code, or that it was killed meanwhile, or had been. */
  async drain(member: Member, pauseMs: number): Promise<number | 'killed' | null> {
    this.#down.set(member, Number.POSITIVE_INFINITY)
    const ended = await member.process.drain()
    const code = this.#killed.has(member) ? 'killed' : ended
    this.#down.set(member, performance.now() + pauseMs)
    await this.back(member)
    return code
  }

  /** Waits until an instance serves, however often it has to be started. */
  async back(member: Member): Promise<void> {
    for (const end = performance.now() + 60_000; performance.now() < end && !this.#stop; ) {
      const serves =
        member.process.running &&
        (await member.process.serving(30_000).then(
          () => true,
          () => false,
        ))
      if (serves) return
      await pause()
    }
    if (!this.#stop)
      this.#book.note({ concern: 'stuck', kind: 'process', what: `${member.process.name} doesn't come back` })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop = true
    await this.#watching
  }

  async #watch(member: Member): Promise<void> {
    const { process } = member
    while (!this.#stop) {
      await pause()
      if (process.running || this.#stop) continue
      const until = this.#down.get(member)
      if (until === undefined) await this.#noteExit(member)
      const at = until ?? performance.now() + START_AGAIN_MS
      if (performance.now() < at) {
        this.#down.set(member, at)
        continue
      }
      this.#down.delete(member)
      this.#killed.delete(member)
      await process.start().catch((error: unknown) => {
        // Killed while it started, it was to end.
        if (this.#stop || this.#killed.has(member)) return
        this.#book.note({ concern: 'process', kind: 'start', what: `${process.name}: ${error}` })
      })
    }
  }

  async #noteExit({ process }: Member): Promise<void> {
    const code = await process.exited
    const last = process.logs.findLast(({ level }) => level === 'error' || level === 'fatal')?.event ?? 'nothing said'
    this.exits.push({ name: process.name, code, atMs: this.#book.now(), last })
    if (code === GAVE_UP && (last === 'abandoned' || last === 'lease_lapsed')) return
    this.#book.note({ concern: 'process', kind: 'exit', what: `${process.name} ended by itself: ${code}, ${last}` })
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, LOOK_MS))
