import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const PRELOAD = pathToFileURL(join(import.meta.dirname, 'shifted-date.ts')).href

/** The wall clocks of the instances, which can be set each for itself. Monotonic clocks stay. */
export class Clocks implements AsyncDisposable {
  readonly #dir = mkdtempSync(join(tmpdir(), 'hg-clocks-'))

  /** For `ClusterOptions.env`. */
  readonly env = (instance: string): Record<string, string> => ({
    NODE_OPTIONS: `--import ${PRELOAD}`,
    CHAOS_CLOCK: this.#fileOf(instance),
  })

  /** Puts an instance's clock ahead of ours, or behind; 0: right again. */
  shift(instance: string, ms: number): void {
    writeFileSync(this.#fileOf(instance), String(ms))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.#dir, { recursive: true, force: true })
  }

  #fileOf(instance: string): string {
    return join(this.#dir, instance)
  }
}
