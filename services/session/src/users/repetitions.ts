/** Ingress id of a stanza: which stream, and how many stanzas into it. */
export interface Ingress {
  readonly stream: string
  readonly count: number
}

const STREAMS_REMEMBERED = 64

/**
 * Recognises what a user was sent before. Links and the router keep order per stream, so the last count seen from a stream says
 * everything about what precedes it. `known` holds ingress keys of rows found in the archive when the user was loaded: they tell of
 * what an earlier owner stored.
 */
export class Repetitions {
  readonly #last = new Map<string, number>()
  #known: Set<string> | undefined

  remember(keys: Iterable<string>): void {
    const known = new Set(keys)
    this.#known = known.size > 0 ? known : undefined
  }

  /** True when it was seen before; otherwise it counts as seen from now on. */
  seen(stream: string, count: number): boolean {
    const last = this.#last.get(stream)
    if (last !== undefined && count <= last) return true
    if (last === undefined && this.#last.size >= STREAMS_REMEMBERED) this.#forgetOldest()
    this.#last.set(stream, count)
    return this.#known?.has(ingressKey(stream, count)) ?? false
  }

  #forgetOldest(): void {
    const oldest = this.#last.keys().next().value
    if (oldest !== undefined) this.#last.delete(oldest)
  }
}

export function ingressKey(stream: string, count: number): string {
  return `${stream}:${count}`
}
