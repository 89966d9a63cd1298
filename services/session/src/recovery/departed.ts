const REMEMBERED = 256

/** Edges that are gone: what of theirs still waits in a mailbox must not begin anything. Their ids never come back. */
export class Departed {
  readonly #instances = new Set<string>()

  add(instance: string): void {
    this.#instances.add(instance)
    if (this.#instances.size <= REMEMBERED) return
    const oldest = this.#instances.values().next().value
    if (oldest !== undefined) this.#instances.delete(oldest)
  }

  has(instance: string): boolean {
    return this.#instances.has(instance)
  }
}
