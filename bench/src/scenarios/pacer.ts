/** Calls `send` at a fixed rate over all, catching up when the process was late; bursts are those of a 1 ms timer. */
export class Pacer {
  readonly #perMs: number
  readonly #send: () => void
  #timer: NodeJS.Timeout | undefined
  #startedAt = 0
  #done = 0

  constructor(perSecond: number, send: () => void) {
    this.#perMs = perSecond / 1000
    this.#send = send
  }

  start(): void {
    this.#startedAt = performance.now()
    this.#done = 0
    this.#tick()
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #tick(): void {
    this.#timer = setTimeout(() => this.#tick(), 1)
    const due = Math.floor((performance.now() - this.#startedAt) * this.#perMs) - this.#done
    for (let i = 0; i < due; i++) this.#send()
    this.#done += Math.max(0, due)
  }
}

/** A clock in µs that all processes of one machine share. */
export function sharedMicros(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000)
}
