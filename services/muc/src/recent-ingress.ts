const REMEMBERED = 512

/** Ingress ids of the last messages of a room, also of those that a former owner stored: what comes again is recognised by them. */
export class RecentIngress {
  readonly #keys = new Set<string>()

  has(stream: string, count: number): boolean {
    return stream !== '' && this.#keys.has(`${stream}:${count}`)
  }

  add(stream: string, count: number): void {
    if (stream === '') return
    this.#keys.add(`${stream}:${count}`)
    if (this.#keys.size <= REMEMBERED) return
    for (const oldest of this.#keys) {
      this.#keys.delete(oldest)
      return
    }
  }
}
