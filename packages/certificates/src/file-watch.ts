import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 10_000

export interface FileWatchOptions {
  /** Which they are may change, too. */
  readonly files: () => readonly string[]
  /** Told when one of them isn't as it was, one change after the other. What it throws is its own. */
  readonly changed: () => Promise<void>
  /** How often they are looked at; default 10 000 ms. */
  readonly pollMs?: number
  /** Ends the watching. */
  readonly signal: AbortSignal
}

/** Identifies the files' present content without reading it; follows symbolic links, so a swapped directory shows. */
export async function fingerprint(files: readonly string[]): Promise<string> {
  const found = await Promise.all(files.map((file) => stat(file, { bigint: true })))
  return found.map(({ dev, ino, mtimeNs, size }) => `${dev}:${ino}:${mtimeNs}:${size}`).join(' ')
}

/** Looks at files now and then, and tells when they have changed. */
export class FileWatch implements AsyncDisposable {
  readonly #options: FileWatchOptions
  readonly #stop = new AbortController()
  readonly #polling: Promise<void>
  #seen: string

  private constructor(options: FileWatchOptions, seen: string) {
    this.#options = options
    this.#seen = seen
    this.#polling = this.#poll(AbortSignal.any([options.signal, this.#stop.signal]))
  }

  /** What is read after this is seen when it changes. */
  static async open(options: FileWatchOptions): Promise<FileWatch> {
    return new FileWatch(options, await present(options.files()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#polling
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const { files, changed, pollMs = POLL_MS } = this.#options
    while (!signal.aborted) {
      await sleep(pollMs, undefined, { signal, ref: false }).catch(() => {}) // ends early when aborted
      const now = signal.aborted ? this.#seen : await present(files())
      if (now === this.#seen) continue
      this.#seen = now
      await changed()
    }
  }
}

async function present(files: readonly string[]): Promise<string> {
  return fingerprint(files).catch(() => 'unreadable')
}
