/** What the next response may carry at most, if it carries more than one payload: keeps a slow client's responses readable. */
const MOST_BYTES = 131_072

/** Payloads that wait for a request to answer. The connection drops a client for which too much waits. */
export class Outbox {
  #payloads: Buffer[] = []
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  get empty(): boolean {
    return this.#payloads.length === 0
  }

  add(payloads: readonly Buffer[]): void {
    for (const payload of payloads) {
      if (payload.length === 0) continue
      this.#payloads.push(payload)
      this.#bytes += payload.length
    }
  }

  /** As many as fit into one response, at least one if there is any. */
  take(): Buffer[] {
    let bytes = 0
    let count = 0
    for (const { length } of this.#payloads) {
      if (count > 0 && bytes + length > MOST_BYTES) break
      bytes += length
      count++
    }
    this.#bytes -= bytes
    return this.#payloads.splice(0, count)
  }

  /** All of them, however much. */
  takeAll(): Buffer[] {
    const all = this.#payloads
    this.#payloads = []
    this.#bytes = 0
    return all
  }
}
