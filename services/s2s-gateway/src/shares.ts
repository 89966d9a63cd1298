import type { Domain } from '@heliograph/jid'

export interface Load {
  readonly stanzas: number
  readonly bytes: number
}

const NOTHING: Load = { stanzas: 0, bytes: 0 }

/**
 * Divides room among domains: one may take as much as it leaves free to all. So one alone gets half, and however many take their share and keep it,
 * there is room for another.
 */
export class Shares {
  readonly #most: Load
  readonly #taken = new Map<Domain, Load>()
  #all = NOTHING

  constructor(most: Load) {
    this.#most = most
  }

  get stanzas(): number {
    return this.#all.stanzas
  }

  /** False when the domain has its share already. */
  take(domain: Domain, bytes: number): boolean {
    const own = plus(this.#taken.get(domain) ?? NOTHING, 1, bytes)
    const all = plus(this.#all, 1, bytes)
    if (own.stanzas + all.stanzas > this.#most.stanzas || own.bytes + all.bytes > this.#most.bytes) return false
    this.#taken.set(domain, own)
    this.#all = all
    return true
  }

  leave(domain: Domain, bytes: number): void {
    const left = plus(this.#taken.get(domain) ?? NOTHING, -1, -bytes)
    if (left.stanzas > 0) this.#taken.set(domain, left)
    else this.#taken.delete(domain)
    this.#all = plus(this.#all, -1, -bytes)
  }
}

function plus(load: Load, stanzas: number, bytes: number): Load {
  return { stanzas: load.stanzas + stanzas, bytes: load.bytes + bytes }
}
