import { type BlockListName, LIST_MAX, type ListChange, type ListStore } from '@heliograph/block-lists'
import type { Domain, Jid } from '@heliograph/jid'
import { Mailbox } from '@heliograph/ownership'
import { readError, type Stanza } from '@heliograph/stanza'
import type { Logger } from '@heliograph/telemetry'
import { Asking } from './asking.ts'
import { readNews } from './list-news.ts'
import { itemsRequest, readPage, subscribeRequest } from './list-requests.ts'

const RETRY_MS = 1_000
const RETRY_MAX_MS = 60_000
/** Subscriptions may have ended, and news been lost, without anybody having said so. */
const REFRESH_MS = 3_600_000
const WRITES_WAITING = 10_000

export interface ListKeeperParts {
  readonly lists: readonly BlockListName[]
  /** In whose name it subscribes. */
  readonly self: Domain
  /** Whether that address is owned here: one instance in the cluster keeps the lists. */
  readonly isOwner: () => boolean
  readonly send: (request: Stanza, lost: () => void) => void
  readonly store: Pick<ListStore, 'change' | 'replace'>
  /** What is stored is otherwise now. */
  readonly onChange: () => void
  readonly log: Logger
  readonly now?: () => number
}

interface Kept {
  readonly name: BlockListName
  due: number
  failures: number
  /** What was heard of while the list is being read: it may be older than what is read, or not. */
  heard: ListChange[] | undefined
}

/** Keeps what is stored of real-time block lists as it is where they are published. */
export class ListKeeper {
  readonly #parts: ListKeeperParts
  readonly #now: () => number
  #kept: readonly Kept[] = []
  readonly #asking: Asking
  readonly #writes: Mailbox<() => Promise<void>>

  constructor(parts: ListKeeperParts) {
    this.#parts = parts
    this.#now = parts.now ?? (() => performance.now())
    this.setLists(parts.lists)
    this.#asking = new Asking(parts.send, this.#now)
    this.#writes = new Mailbox({
      handle: (write) => write(),
      failed: (error) => parts.log.error('block_list_unwritten', { error }),
      bound: WRITES_WAITING,
    })
  }

  /** These are kept from now on; nothing is asked again of those that were kept before. */
  setLists(names: readonly BlockListName[]): void {
    const kept = ({ service, node }: BlockListName): Kept | undefined =>
      this.#kept.find(({ name }) => name.service === service && name.node === node)
    this.#kept = names.map((name) => kept(name) ?? { name, due: 0, failures: 0, heard: undefined })
  }

  /** To be called about once a second. */
  tick(): void {
    if (this.#kept.length === 0) return
    if (!this.#parts.isOwner()) {
      this.#asking.giveUp()
      for (const list of this.#kept) list.due = 0
      return
    }
    this.#asking.tick()
    for (const list of this.#kept)
      if (list.heard === undefined && list.due <= this.#now()) {
        list.due = Number.POSITIVE_INFINITY
        this.#readAnew(list).catch((error: unknown) => this.#failed(list, String(error)))
      }
  }

  /** Whether an IQ response is one that was waited for here. */
  answered(response: Stanza): boolean {
    return this.#asking.answered(response)
  }

  /** Whether a message to `to` is news of a list that is kept here. */
  heard(message: Stanza, to: Jid): boolean {
    if (this.#kept.length === 0 || to !== this.#parts.self || !this.#parts.isOwner()) return false
    for (const list of this.#kept) {
      const changes = message.from === list.name.service ? readNews(message, list.name.node) : undefined
      if (changes === undefined) continue
      list.heard?.push(...changes)
      this.#write(list, () => this.#apply(list, changes))
      return true
    }
    return false
  }

  async #apply({ name }: Kept, changes: readonly ListChange[]): Promise<void> {
    for (const change of changes) await this.#parts.store.change(name, change)
  }

  /** Subscribed to first, so that nothing happens unheard between. */
  async #readAnew(list: Kept): Promise<void> {
    list.heard = []
    try {
      const refused = await this.#refusal(subscribeRequest(list.name, this.#parts.self))
      const found = refused === undefined ? await this.#readAll(list.name) : refused
      if (typeof found === 'string') return this.#failed(list, found)
      for (const change of list.heard) changeIn(found, change)
      this.#write(list, () => this.#parts.store.replace(list.name, found))
      list.due = this.#now() + REFRESH_MS
      list.failures = 0
      this.#parts.log.info('block_list_read', { ...list.name, items: found.size })
    } finally {
      list.heard = undefined
    }
  }

  /** All that is listed, or why it can't be read. */
  async #readAll(name: BlockListName): Promise<Set<string> | string> {
    const found = new Set<string>()
    let before: string | undefined = ''
    let strange = 0
    while (before !== undefined && found.size < LIST_MAX) {
      const answer = await this.#asking.ask(itemsRequest(name, this.#parts.self, before))
      if (answer?.type !== 'result') return answer ? readError(answer).condition : 'no answer'
      const page = readPage(answer)
      const former = found.size
      for (const hash of page.hashes) found.add(hash)
      strange += page.strange
      // A service that always sends the same page has sent what it has.
      before = found.size > former || page.strange > 0 ? page.before : undefined
    }
    if (strange > 0) this.#parts.log.warn('block_list_items_strange', { ...name, items: strange })
    return found
  }

  async #refusal(request: Stanza): Promise<string | undefined> {
    const answer = await this.#asking.ask(request)
    if (answer?.type === 'result') return undefined
    return answer ? readError(answer).condition : 'no answer'
  }

  #write(list: Kept, write: () => Promise<void>): void {
    const job = async () => {
      try {
        await write()
        this.#parts.onChange()
      } catch (error) {
        this.#failed(list, `${error}`)
      }
    }
    if (!this.#writes.push(job)) this.#failed(list, 'too much waits to be written')
  }

  /** What is stored stays; it is tried again, later each time. */
  #failed(list: Kept, reason: string): void {
    list.due = this.#now() + Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** list.failures)
    list.failures++
    this.#parts.log.warn('block_list_unread', { ...list.name, reason })
  }
}

function changeIn(found: Set<string>, change: ListChange): void {
  if (change.kind === 'cleared') found.clear()
  else if (change.kind === 'listed') for (const hash of change.hashes) found.add(hash)
  else for (const hash of change.hashes) found.delete(hash)
}
