/** Counts what is open from each address. */
export class AddressLimit {
  readonly #open = new Map<string, number>()
  readonly #limit: () => number

  constructor(limit: () => number) {
    this.#limit = limit
  }

  /** False when the address has as many as it may have; then nothing was counted. */
  enter(address: string): boolean {
    const open = this.#open.get(address) ?? 0
    if (open >= this.#limit()) return false
    this.#open.set(address, open + 1)
    return true
  }

  leave(address: string): void {
    const open = this.#open.get(address) ?? 0
    if (open > 1) this.#open.set(address, open - 1)
    else this.#open.delete(address)
  }
}
