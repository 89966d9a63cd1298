import type { Envelope } from '@heliograph/bus'
import { Fifo } from '../fifo.ts'

/** Something sent to the owner that it has not taken into custody. */
export interface Flight {
  readonly envelope: Envelope
  readonly bytes: number
  /** When it was sent, in monotonic milliseconds. */
  readonly at: number
  /** It has no count of its own (stream management being enabled): it stays until its answer comes. */
  answered: boolean
}

/**
 * What a connection has sent to the owner of its user and the owner has not taken into custody, in order. A new owner gets all of it
 * again; it recognises what it has by (stream, count).
 */
export class InFlight {
  readonly #flights = new Fifo<Flight>()
  #bytes = 0
  #custody = 0

  /** Count up to which everything is in custody (XEP-0198: what `h` is made of). */
  get custody(): number {
    return this.#custody
  }

  get length(): number {
    return this.#flights.length
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Starts from what the owner says it has, as after a resumption. */
  startAt(count: number): void {
    this.#custody = count
  }

  push(envelope: Envelope, bytes: number, at: number): Flight {
    const flight: Flight = { envelope, bytes, at, answered: false }
    this.#flights.push(flight)
    this.#bytes += bytes
    return flight
  }

  /** The owner has custody of everything up to `count`. `taken` hears of each flight that ends. Counts never go back. */
  settle(count: number, taken: (flight: Flight) => void): void {
    if (count > this.#custody) this.#custody = count
    for (;;) {
      const first = this.#flights.peek()
      if (first === undefined || !this.#over(first)) return
      this.#flights.shift()
      this.#bytes -= first.bytes
      taken(first)
    }
  }

  [Symbol.iterator](): Iterator<Flight> {
    return this.#flights[Symbol.iterator]()
  }

  #over({ envelope, answered }: Flight): boolean {
    return envelope.count > 0 ? envelope.count <= this.#custody : answered
  }
}
