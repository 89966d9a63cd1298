import type { Clock } from '../../src/index.ts'

/** A process of the simulated cluster: what happens in it happens only while it runs. */
export interface Host {
  readonly name: string
  state: 'running' | 'stopped' | 'dead'
}

interface Event {
  readonly at: number
  readonly order: number
  readonly host: Host | undefined
  readonly run: () => void
}

/** Simulated time: everything that happens is an event at a moment; chance comes from one seed. */
export class World {
  now = 0
  #events: Event[] = []
  #order = 0
  #random: number
  /** What happened to stopped processes: it happens when they run again. */
  readonly #missed = new Map<Host, Event[]>()

  constructor(seed: number) {
    this.#random = seed | 0
  }

  /** Uniform in [0, below). */
  chance(below: number): number {
    this.#random = (this.#random + 0x6d2b79f5) | 0
    let t = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (((t ^ (t >>> 14)) >>> 0) / 4294967296) * below
  }

  at(time: number, host: Host | undefined, run: () => void): Event {
    const event = { at: Math.max(time, this.now), order: this.#order++, host, run }
    let index = this.#events.length
    while (index > 0 && before(event, this.#events[index - 1]!)) index--
    this.#events.splice(index, 0, event)
    return event
  }

  cancel(event: Event): void {
    this.#events = this.#events.filter((each) => each !== event)
    for (const [host, missed] of this.#missed)
      this.#missed.set(
        host,
        missed.filter((each) => each !== event),
      )
  }

  clockOf(host: Host): Clock {
    return {
      now: () => this.now,
      after: (ms, task) => {
        const event = this.at(this.now + ms, host, task)
        return () => this.cancel(event)
      },
      turn: (task) => void this.at(this.now, host, task),
    }
  }

  resume(host: Host): void {
    host.state = 'running'
    const missed = this.#missed.get(host) ?? []
    this.#missed.delete(host)
    for (const { run } of missed) this.at(this.now, host, run)
  }

  /** Lets everything happen until `time`. `check` runs after each event. */
  async run(time: number, check: () => void): Promise<void> {
    for (let event = this.#events[0]; event && event.at <= time; event = this.#events[0]) {
      this.#events.shift()
      this.now = event.at
      const { host } = event
      if (host?.state === 'dead') continue
      if (host?.state === 'stopped') {
        this.#missed.set(host, [...(this.#missed.get(host) ?? []), event])
        continue
      }
      event.run()
      await new Promise((resolve) => void setImmediate(resolve))
      check()
    }
    this.now = time
  }
}

function before(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
