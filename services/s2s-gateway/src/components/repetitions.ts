const REMEMBERED = 8_192

/**
 * Recognises what components were sent before. Each sender's stanzas to one address come in order, so the last count says everything about what
 * precedes it.
 */
export class Repetitions {
  readonly #last = new Map<string, number>()

  /** True when it was seen before; otherwise it counts as seen from now on. */
  seen(stream: string, count: number, to: string): boolean {
    const key = keyOf(stream, to)
    const last = this.#last.get(key)
    if (last !== undefined && count <= last) return true
    // Those heard of lately are kept.
    this.#last.delete(key)
    this.#last.set(key, count)
    if (this.#last.size > REMEMBERED) this.#last.delete(this.#last.keys().next().value!)
    return false
  }

  /** What was seen there didn't arrive after all. */
  forget(stream: string, to: string): void {
    this.#last.delete(keyOf(stream, to))
  }
}

function keyOf(stream: string, to: string): string {
  return `${stream} ${to}`
}
