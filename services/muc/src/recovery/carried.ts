import type { Stanza } from '@heliograph/stanza'

/** A message to all that no archive has. */
export interface CarriedMessage {
  /** Its stanza-id, and its sequence. */
  readonly id: number
  /** Ingress id. */
  readonly stream: string
  readonly count: number
  /** As everybody gets it. */
  readonly stanza: Stanza
}

/** Of one room: those that are not written yet, or that not everybody has taken. */
const MOST_UNTAKEN = 5_000

/** What a room said and its recovery copy holds. */
export class Carried implements Iterable<CarriedMessage> {
  readonly #messages = new Set<CarriedMessage>()
  readonly #untaken = new Set<CarriedMessage>()

  get isFull(): boolean {
    return this.#untaken.size >= MOST_UNTAKEN
  }

  add(message: CarriedMessage): void {
    this.#messages.add(message)
    this.#untaken.add(message)
  }

  taken(message: CarriedMessage): void {
    this.#untaken.delete(message)
  }

  delete(message: CarriedMessage): void {
    this.#messages.delete(message)
  }

  [Symbol.iterator](): Iterator<CarriedMessage> {
    return this.#messages.values()
  }
}
