import type { Exchange } from '../web/exchange.ts'
import type { BodyHead } from './body-head.ts'

/** A request that has been taken and not answered. */
export interface Held {
  /** Replaced when the client repeats it. */
  exchange: Exchange
  readonly head: BodyHead
  readonly at: number
}

/** The requests of a session that wait for an answer. Those whose client has gone stay until they are repeated or their time is up. */
export class HeldRequests {
  #inOrder: Held[] = []
  readonly #early = new Map<number, Held>()

  /** Of those in order. */
  get length(): number {
    return this.#inOrder.length
  }

  get first(): Held | undefined {
    return this.#inOrder[0]
  }

  /** The first whose client still waits for its answer. */
  get firstAwaited(): Held | undefined {
    return this.#inOrder.find(({ exchange }) => !exchange.gone)
  }

  /** Those that came before their turn are the last. */
  get all(): readonly Held[] {
    return [...this.#inOrder, ...this.#early.values()]
  }

  push(held: Held): void {
    this.#inOrder.push(held)
  }

  shift(): Held | undefined {
    return this.#inOrder.shift()
  }

  find(rid: number): Held | undefined {
    return this.#inOrder.find(({ head }) => head.rid === rid)
  }

  /** It came before its turn; another one of its number is forgotten. */
  defer(held: Held): void {
    this.#early.set(held.head.rid, held)
  }

  /** The one of that number that came before its turn. */
  deferred(rid: number): Held | undefined {
    return this.#early.get(rid)
  }

  /** Its turn has come. */
  undefer({ head }: Held): void {
    this.#early.delete(head.rid)
  }

  clear(): void {
    this.#inOrder = []
    this.#early.clear()
  }
}
