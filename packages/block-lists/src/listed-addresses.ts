import { type BareJid, domainOf } from '@heliograph/jid'
import type { Logger } from '@heliograph/telemetry'
import { addressHash } from './address-hash.ts'
import type { BlockListName, ListStore } from './list-store.ts'

/** On which every instance is told that lists have changed. */
export const BLOCK_LISTS_CHANGED = 'block-lists'

const PAUSE_MS = 1_000
const REFRESH_MS = 60_000

export interface ListedAddressesParts {
  readonly store: Pick<ListStore, 'read'>
  readonly lists: readonly BlockListName[]
  readonly log: Logger
  /** Some are listed that were not when it was read before. */
  readonly onListed?: (isNew: (jid: BareJid) => boolean) => void
}

/** All that is on the lists, in memory. */
export class ListedAddresses implements Disposable {
  readonly #parts: ListedAddressesParts
  #lists: readonly BlockListName[] = []
  #hashes: ReadonlySet<string> = new Set()
  #reading: Promise<void> | undefined
  #again = false
  #timer: NodeJS.Timeout | undefined

  private constructor(parts: ListedAddressesParts) {
    this.#parts = parts
  }

  /** Resolves when what is stored has been read; @throws where that can't be. */
  static async open(parts: ListedAddressesParts): Promise<ListedAddresses> {
    const listed = new ListedAddresses(parts)
    if (parts.lists.length > 0) listed.#hashes = await parts.store.read(parts.lists)
    listed.#begin(parts.lists)
    return listed
  }

  /** These are asked from now on. What is on those that were asked before is known until they have been read. */
  setLists(lists: readonly BlockListName[]): void {
    this.#begin(lists)
    if (lists.length === 0) this.#hashes = new Set()
    else this.refresh()
  }

  /** Whether there is any list to ask. */
  get isAsked(): boolean {
    return this.#lists.length > 0
  }

  get size(): number {
    return this.#hashes.size
  }

  /** Whether a bare address, or its domain, is on a list. */
  has(jid: BareJid): boolean {
    return isIn(this.#hashes, jid)
  }

  /** Something changed. What changes while it is being read is read after a second. */
  refresh(): void {
    if (!this.isAsked) return
    this.#again = true
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined
    })
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #begin(lists: readonly BlockListName[]): void {
    this.#lists = lists
    clearInterval(this.#timer)
    this.#timer = lists.length === 0 ? undefined : setInterval(() => this.refresh(), REFRESH_MS)
  }

  async #readAll(): Promise<void> {
    while (this.#again) {
      this.#again = false
      try {
        await this.#read()
      } catch (error) {
        this.#parts.log.warn('block_lists_unread', { error })
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref())
    }
  }

  async #read(): Promise<void> {
    const lists = this.#lists
    const hashes = await this.#parts.store.read(lists)
    // What others have is read next, if there are any.
    if (lists !== this.#lists) return
    const former = this.#hashes
    this.#hashes = hashes
    const added = new Set([...this.#hashes].filter((hash) => !former.has(hash)))
    if (added.size > 0) this.#parts.onListed?.((jid) => isIn(added, jid))
  }
}

function isIn(hashes: ReadonlySet<string>, jid: BareJid): boolean {
  return hashes.size > 0 && (hashes.has(addressHash(jid)) || hashes.has(addressHash(domainOf(jid))))
}
