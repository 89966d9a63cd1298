import type { Clock } from '@heliograph/ownership'

interface Event {
  readonly at: number
  readonly order: number
  readonly run: () => void
  cancelled: boolean
}

/** Simulated time; chance comes from one seed. */
export class World {
  now = 0
  #events: Event[] = []
  #order = 0
  #state: number
  readonly clock: Clock = {
    now: () => this.now,
    after: (ms, task) => this.after(ms, task),
    turn: (task) => void this.after(0, task),
  }

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** Uniform in [0, below). */
  chance(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (((t ^ (t >>> 14)) >>> 0) / 4294967296) * below
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.chance(items.length))]!
  }

  after(ms: number, run: () => void): () => void {
    const event = { at: this.now + ms, order: this.#order++, run, cancelled: false }
    let index = this.#events.length
    while (index > 0 && this.#events[index - 1]!.at > event.at) index--
    this.#events.splice(index, 0, event)
    return () => {
      event.cancelled = true
    }
  }

  /** Lets everything happen until then. */
  run(until: number): void {
    for (let event = this.#events[0]; event && event.at <= until; event = this.#events[0]) {
      this.#events.shift()
      this.now = event.at
      if (!event.cancelled) event.run()
    }
    this.now = until
  }
}

/** What arrives in the order it was sent, each after a while of its own; nothing of what is under way when it is cut. */
export class Pipe {
  readonly #world: World
  readonly #longest: () => number
  #last = 0
  #cut = false

  constructor(world: World, longest: () => number) {
    this.#world = world
    this.#longest = longest
  }

  send(arrive: () => void): void {
    const { now } = this.#world
    const at = Math.max(this.#last, now + this.#world.chance(this.#longest()))
    this.#last = at
    this.#world.after(at - now, () => {
      if (!this.#cut) arrive()
    })
  }

  /** When all that was sent has arrived. */
  get emptyAt(): number {
    return Math.max(this.#last, this.#world.now)
  }

  cut(): void {
    this.#cut = true
  }
}
