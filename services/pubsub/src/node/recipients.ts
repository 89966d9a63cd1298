import { isBare, trusted } from '@heliograph/jid'

const PAGE = 1_000
/** Subscriptions end by themselves, and others may have their time. */
const FRESH_MS = 60_000

/** Addresses in memory, of all nodes together. */
export class RecipientBudget {
  readonly #most: number
  #kept = 0
  readonly #nodes = new Set<Recipients>()

  constructor(most: number) {
    this.#most = most
  }

  get kept(): number {
    return this.#kept
  }

  /** Nodes that keep addresses: others aren't held here. */
  get nodes(): number {
    return this.#nodes.size
  }

  /** A node keeps more; where that is too much others, the ones unused for longest, forget theirs. */
  add(node: Recipients, more: number): void {
    if (more === 0) return
    this.#kept += more
    this.#nodes.delete(node)
    this.#nodes.add(node)
    for (const oldest of this.#nodes) {
      if (this.#kept <= this.#most || oldest === node) return
      oldest.changed()
    }
  }

  /** A node keeps nothing any more. */
  remove(node: Recipients, kept: number): void {
    if (this.#nodes.delete(node)) this.#kept -= kept
  }

  /** A node alone may not keep all there is. */
  allows(addresses: number): boolean {
    return addresses <= this.#most >> 1
  }
}

type Read = (after: string, max: number) => Promise<readonly string[]>

interface Page {
  /** A client that is subscribed by its full address and its user's bare one is told under both: they are in two parts. */
  readonly parts: readonly (readonly string[])[]
  /** Where the next page begins; undefined: there is none. */
  readonly next: string | undefined
}

/**
 * Whom a node tells, a page at a time: a page is read from storage, and kept while the subscriptions stay as they are and there is room. The
 * same array is handed out again and again, so that its recipients are sorted by owner once.
 */
export class Recipients {
  readonly #read: Read
  readonly #budget: RecipientBudget
  readonly #pages = new Map<string, Page>()
  #kept = 0
  #since = 0

  constructor(read: Read, budget: RecipientBudget) {
    this.#read = read
    this.#budget = budget
  }

  async *pages(now = performance.now()): AsyncGenerator<readonly string[]> {
    if (now - this.#since > FRESH_MS) this.changed()
    if (this.#pages.size === 0) this.#since = now
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: Page = await this.#page(after)
      yield* page.parts
      after = page.next
    }
  }

  /** What is kept isn't true any more. */
  changed(): void {
    this.#pages.clear()
    this.#budget.remove(this, this.#kept)
    this.#kept = 0
  }

  async #page(after: string): Promise<Page> {
    const known = this.#pages.get(after)
    if (known) return known
    const addresses = await this.#read(after, PAGE)
    const bare = addresses.filter((address) => isBare(trusted(address)))
    const full = addresses.filter((address) => !isBare(trusted(address)))
    const page = {
      parts: [bare, full].filter(({ length }) => length > 0),
      next: addresses.length < PAGE ? undefined : addresses.at(-1),
    }
    if (!this.#budget.allows(this.#kept + addresses.length)) return page
    this.#pages.set(after, page)
    this.#kept += addresses.length
    this.#budget.add(this, addresses.length)
    return page
  }
}
