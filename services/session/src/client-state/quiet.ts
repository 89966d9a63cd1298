import type { Delivery } from '../users/unacked.ts'

/** What an inactive client isn't told yet, in order; of what has the same key the latest alone. */
export class Quiet {
  readonly #bounds: { readonly stanzas: number; readonly bytes: number }
  readonly #held = new Map<string, Delivery>()
  #bytes = 0
  #single = 0

  constructor(bounds: { readonly stanzas: number; readonly bytes: number }) {
    this.#bounds = bounds
  }

  get length(): number {
    return this.#held.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Keeps a delivery, in place of an earlier one of that key; '' is nobody else's key. `full`: it was not kept. */
  hold(key: string, delivery: Delivery): 'held' | 'replaced' | 'full' {
    const replaced = key !== '' && this.#remove(key) !== undefined
    const size = delivery.stanza.payload.length
    if (this.#held.size >= this.#bounds.stanzas || this.#bytes + size > this.#bounds.bytes) return 'full'
    this.#held.set(key === '' ? `${this.#single++}` : key, delivery)
    this.#bytes += size
    return replaced ? 'replaced' : 'held'
  }

  /** Takes the first out. */
  shift(): Delivery | undefined {
    for (const key of this.#held.keys()) return this.#remove(key)
    return undefined
  }

  /** Takes everything out, as when the session ends. */
  drain(): Delivery[] {
    const all = [...this.#held.values()]
    this.#held.clear()
    this.#bytes = 0
    return all
  }

  [Symbol.iterator](): Iterator<Delivery> {
    return this.#held.values()
  }

  #remove(key: string): Delivery | undefined {
    const delivery = this.#held.get(key)
    if (delivery === undefined) return undefined
    this.#held.delete(key)
    this.#bytes -= delivery.stanza.payload.length
    return delivery
  }
}
