const REMEMBERED = 128

/** Origin ids of the last messages that a user's clients sent and that are archived, with the ingress key each came in by first. */
export class Origins {
  readonly #keys = new Map<string, string>()

  /** The newest last: the oldest is forgotten first. */
  remember(origin: string, key: string): void {
    this.#keys.set(origin, key)
    if (this.#keys.size <= REMEMBERED) return
    for (const oldest of this.#keys.keys()) {
      this.#keys.delete(oldest)
      return
    }
  }

  keyOf(origin: string): string | undefined {
    return this.#keys.get(origin)
  }
}
