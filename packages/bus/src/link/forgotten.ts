import type { InstanceId } from '../envelope.ts'

/** Instances known to be dead, remembered until so many more have died. An instance never comes back under its id. */
export class Forgotten {
  readonly #peers = new Set<InstanceId>()
  readonly #most: number

  constructor(most = 4096) {
    this.#most = most
  }

  add(peer: InstanceId): void {
    this.#peers.add(peer)
    if (this.#peers.size <= this.#most) return
    for (const oldest of this.#peers) {
      this.#peers.delete(oldest)
      return
    }
  }

  has(peer: InstanceId): boolean {
    return this.#peers.has(peer)
  }
}
