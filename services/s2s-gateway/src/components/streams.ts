import type { Bearer } from './bearer.ts'
import type { ComponentStream } from './component-stream.ts'
import type { Held } from './directory.ts'

/** The streams of components that this gateway holds. */
export class Streams {
  readonly #all = new Set<ComponentStream>()
  readonly #bound = new Map<number, Bearer>()
  readonly #changed: (held: readonly Held[]) => void
  #last = 0
  #leaving = false

  /** @param changed told each time of all that stanzas can be written to */
  constructor(changed: (held: readonly Held[]) => void) {
    this.#changed = changed
  }

  nextNumber(): number {
    return ++this.#last
  }

  /** Those that haven't proved who they are. */
  get unproven(): number {
    return [...this.#all].filter(({ isProven }) => !isProven).length
  }

  [Symbol.iterator](): Iterator<ComponentStream> {
    return [...this.#all][Symbol.iterator]()
  }

  add(stream: ComponentStream): void {
    this.#all.add(stream)
  }

  /** From now on stanzas can be given to it: it has proved which component it is, or is a part of this instance. */
  bound(stream: Bearer): void {
    this.#bound.set(stream.number, stream)
    this.#tell()
  }

  /** Nothing can be written to it any more; it is here until its transport is gone. */
  unbound(stream: Pick<Bearer, 'number'>): void {
    if (this.#bound.delete(stream.number)) this.#tell()
  }

  remove(stream: ComponentStream): void {
    this.#all.delete(stream)
  }

  get(number: number): Bearer | undefined {
    return this.#bound.get(number)
  }

  /** From now on nobody is to write to what is here. */
  leave(): void {
    this.#leaving = true
    this.#tell()
  }

  countOf(domain: string): number {
    let count = 0
    for (const stream of this.#bound.values()) if (stream.domain === domain) count++
    return count
  }

  #tell(): void {
    const held = [...this.#bound.values()].map(({ domain, number }) => ({ domain, number }))
    this.#changed(this.#leaving ? [] : held)
  }
}
