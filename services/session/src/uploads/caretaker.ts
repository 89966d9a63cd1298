import { isUnavailable } from '@heliograph/database'
import type { Logger } from '@heliograph/telemetry'
import type { FileStore } from '@heliograph/uploads'
import type { DueSlot, UploadLedger } from './ledger.ts'

const EVERY_MS = 15_000
const BATCH = 50

export interface CaretakerParts {
  readonly ledger: Pick<UploadLedger, 'due' | 'confirm' | 'release'>
  readonly store: Pick<FileStore, 'size' | 'remove'>
  readonly log: Logger
  /** Files that were removed, counted. */
  readonly removed: () => void
}

/** Removes files that have expired, and finds out which slots were never used. Any number of instances may do it together. */
export class Caretaker implements Disposable {
  readonly #parts: CaretakerParts
  readonly #timer: NodeJS.Timeout
  #working = false

  constructor(parts: CaretakerParts) {
    this.#parts = parts
    this.#timer = setInterval(() => void this.tick(), EVERY_MS)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  /** Looks at all slots that are due, unless that is under way. Never rejects: what fails is logged, and comes again. */
  async tick(): Promise<void> {
    if (this.#working) return
    this.#working = true
    try {
      let due: DueSlot[]
      do {
        due = await this.#parts.ledger.due(BATCH)
        for (const slot of due) await this.#look(slot)
      } while (due.length === BATCH)
    } catch (error) {
      if (!isUnavailable(error)) this.#parts.log.error('uploads_not_looked_after', { error })
    } finally {
      this.#working = false
    }
  }

  async #look({ key, confirmed, expired, settled }: DueSlot): Promise<void> {
    const { ledger, store, removed } = this.#parts
    if (!expired && !settled) return
    if (!expired && (confirmed || (await store.size(key)) !== undefined)) return ledger.confirm(key)
    await store.remove(key)
    await ledger.release(key)
    if (expired) removed()
  }
}
