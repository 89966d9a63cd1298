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

/** Of one room: those that are not written yet, or that not everybody has taken; and their bytes. */
const MOST_UNTAKEN = 5_000
const MOST_BYTES = 8_388_608
/** Beside its payload. */
const ENTRY_BYTES = 512

export function weightOf({ stanza }: CarriedMessage): number {
  return stanza.payload.length + ENTRY_BYTES
}

function keyOf({ stream, count }: Pick<CarriedMessage, 'stream' | 'count'>): string {
  return `${stream}:${count}`
}

/** What a room said and its recovery copy holds. */
export class Carried implements Iterable<CarriedMessage> {
  readonly #messages = new Set<CarriedMessage>()
  readonly #untaken = new Set<CarriedMessage>()
  readonly #ingress = new Set<string>()
  #bytes = 0
  #isOver = false

  get isFull(): boolean {
    return this.#untaken.size >= MOST_UNTAKEN || this.#bytes >= MOST_BYTES
  }

  /** By its ingress id: whoever sends it again has been heard. */
  has(stream: string, count: number): boolean {
    return stream !== '' && this.#ingress.has(keyOf({ stream, count }))
  }

  /** @returns bytes by which more waits to be taken now */
  add(message: CarriedMessage): number {
    this.#messages.add(message)
    this.#ingress.add(keyOf(message))
    if (this.#isOver) return 0
    this.#untaken.add(message)
    this.#bytes += weightOf(message)
    return weightOf(message)
  }

  /** @returns bytes by which less waits to be taken now */
  taken(message: CarriedMessage): number {
    if (!this.#untaken.delete(message)) return 0
    this.#bytes -= weightOf(message)
    return weightOf(message)
  }

  delete(message: CarriedMessage): void {
    this.#messages.delete(message)
    this.#ingress.delete(keyOf(message))
  }

  /** The room isn't owned here any more: nothing waits. @returns bytes by which less does */
  end(): number {
    const left = this.#bytes
    this.#isOver = true
    this.#untaken.clear()
    this.#bytes = 0
    return left
  }

  [Symbol.iterator](): Iterator<CarriedMessage> {
    return this.#messages.values()
  }
}
