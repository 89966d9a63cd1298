import { type BatchColumn, BatchWriter, type Database, isUnavailable, UnavailableError } from '@heliograph/database'
import type { Logger } from '@heliograph/telemetry'
import type { ArchiveRow } from './row.ts'

/** Told about a row that was added. `release` comes once, at its commit or earlier when the database stalls; `stored` at its commit. */
export interface RowProgress {
  release(): void
  stored(): void
  /** The database refused it: it will never be stored. */
  failed(): void
}

export interface ArchiveWriterOptions {
  readonly db: Database
  readonly log: Logger
  readonly degradeAfterMs: number
  /** Of rows that wait to be written. */
  readonly maxBytes: number
  /** Whether rows have authors: those of rooms. */
  readonly authors?: boolean
  /** Another instance shut this one out. */
  readonly onFenced: () => void
}

const COLUMNS: readonly BatchColumn<ArchiveRow>[] = [
  { name: 'owner', type: 'text', value: (row) => row.owner },
  { name: 'id', type: 'bigint', value: (row) => row.id },
  { name: 'peer', type: 'text', value: (row) => row.peer },
  { name: 'peer_resource', type: 'text', value: (row) => row.peerResource },
  { name: 'outgoing', type: 'boolean', value: (row) => row.outgoing },
  { name: 'offline', type: 'boolean', value: (row) => row.offline },
  { name: 'transient', type: 'boolean', value: (row) => row.transient },
  { name: 'stream', type: 'text', value: (row) => row.stream },
  { name: 'ingress', type: 'bigint', value: (row) => row.ingress },
  { name: 'origin', type: 'text', value: (row) => row.origin },
  { name: 'stanza', type: 'text', value: (row) => row.stanza.toBytes() },
]

const AUTHOR: BatchColumn<ArchiveRow> = { name: 'author', type: 'text', value: (row) => row.author ?? null }

/**
 * Writes the archives of one sort of owners. Rows of all mailboxes are committed together. While commits stall longer than `degradeAfterMs` deliveries are
 * released before their commit: chat goes on, and what isn't committed is simply not acknowledged to its sender yet.
 */
export class ArchiveWriter {
  readonly #writer: BatchWriter<ArchiveRow>
  readonly #log: Logger
  readonly #degradeAfterMs: number
  #waiting: RowProgress[] = []
  #degraded = false

  constructor(options: ArchiveWriterOptions) {
    this.#log = options.log
    this.#degradeAfterMs = options.degradeAfterMs
    this.#writer = new BatchWriter<ArchiveRow>({
      db: options.db,
      table: 'archive',
      key: ['owner', 'id'],
      columns: options.authors ? [...COLUMNS, AUTHOR] : COLUMNS,
      size: (row) => row.stanza.payload.length + 300,
      maxBytes: options.maxBytes,
      onFenced: options.onFenced,
    })
  }

  get degraded(): boolean {
    return this.#degraded
  }

  get queued(): number {
    return this.#waiting.length
  }

  /** False when the queue is at its bound: nothing was added. */
  add(row: ArchiveRow, progress: RowProgress): boolean {
    const added = this.#writer.add(row, (result) => {
      // Rows end in the order they were added, so this is the first one waiting; it may have been chained since.
      const ended = this.#waiting.shift()
      if (result.kind === 'stored' || result.kind === 'duplicate') ended?.stored()
      // Shut out or closed: whoever owns the user next is sent the message again.
      else if (result.kind === 'failed' && !isUnavailable(result.error)) ended?.failed()
    })
    if (!added) return false
    if (this.#degraded) progress.release()
    this.#waiting.push(progress)
    return true
  }

  /** Runs `then` when everything added so far is committed. */
  whenStored(then: () => void): void {
    const last = this.#waiting.at(-1)
    if (!last) return then()
    this.#waiting[this.#waiting.length - 1] = chain(last, then)
  }

  /** To be called regularly: notices that the database stalls, and that it is back. */
  watch(): void {
    const stalled = this.#writer.oldestAgeMs > this.#degradeAfterMs
    if (stalled === this.#degraded) return
    this.#degraded = stalled
    this.#log.warn(stalled ? 'archive_stalled' : 'archive_recovered', { queued: this.#waiting.length })
    if (stalled) for (const progress of this.#waiting) progress.release()
  }

  /** Resolves when all that was added is stored or refused. */
  flushed(): Promise<void> {
    return new Promise((resolve) => this.whenStored(resolve))
  }

  /** The same for those who can be refused. @throws {UnavailableError} when it takes longer, or commits stall anyway */
  async flushedWithin(ms: number): Promise<void> {
    if (this.#degraded && this.#waiting.length > 0) throw new UnavailableError('commits stall')
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => late.reject(new UnavailableError('commits stall')), ms)
    try {
      await Promise.race([this.flushed(), late.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#writer[Symbol.asyncDispose]()
  }
}

function chain(progress: RowProgress, then: () => void): RowProgress {
  return {
    release: () => progress.release(),
    stored: () => {
      progress.stored()
      then()
    },
    failed: () => {
      progress.failed()
      then()
    },
  }
}
