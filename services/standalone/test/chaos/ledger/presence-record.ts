import type { Finding } from './finding.ts'

interface Seen {
  /** The number in its status; undefined: unavailable. */
  readonly number: number | undefined
  readonly at: number
  /** Which session of the watcher saw it. */
  readonly life: number
}

/** What one user's client shows, and what those see who watch it. Times are ms into the run. */
export class PresenceRecord {
  readonly user: string
  /** What was shown, with which session; ends with undefined when it went away. */
  readonly shown: { readonly number: number | undefined; readonly life: number }[] = []
  readonly #seen = new Map<string, Seen[]>()

  constructor(user: string) {
    this.user = user
  }

  show(number: number | undefined, life: number): void {
    this.shown.push({ number, life })
  }

  see(watcher: string, number: number | undefined, { at, life }: { readonly at: number; readonly life: number }): void {
    const seen = this.#seen.get(watcher) ?? []
    this.#seen.set(watcher, seen)
    seen.push({ number, at, life })
  }

  /** What was seen up to now doesn't count: two who subscribe to each other are told of the same presence twice. */
  beginAgain(): void {
    this.#seen.clear()
  }

  /** Those who don't see what is so. */
  get mistaken(): string[] {
    const truth = this.shown.at(-1)?.number
    return [...this.#seen].flatMap(([watcher, seen]) => (seen.at(-1)?.number === truth ? [] : [watcher]))
  }

  /** What is wrong: an older state after a newer one, one twice, a leave of somebody who stayed, something untrue at the end. */
  findings(): Finding[] {
    return [...this.#seen].flatMap(([watcher, seen]) => this.#findingsOf(watcher, seen))
  }

  #findingsOf(watcher: string, seen: readonly Seen[]): Finding[] {
    const findings: Finding[] = []
    const way = `${watcher} sees ${this.user}`
    // Each session but the last ended, and each end may be seen once.
    let leaves = this.shown.filter((each, at) => each.number === undefined || this.#isOtherLife(at)).length
    for (const [at, each] of seen.entries()) {
      const before = seen[at - 1]
      // A watcher who logs in anew is told anew.
      const fresh = before === undefined || before.life !== each.life
      if (each.number === undefined) {
        if (before?.number === undefined && !fresh)
          findings.push({ concern: 'repeated', kind: 'presence', what: `${way} leave twice`, atMs: each.at })
        else if (leaves-- <= 0)
          findings.push({ concern: 'presence', kind: 'presence', what: `${way} leave`, atMs: each.at })
      } else if (!fresh && before.number !== undefined) {
        const what = `${way} as ${each.number} after ${before.number}`
        if (each.number === before.number) findings.push({ concern: 'repeated', kind: 'presence', what, atMs: each.at })
        if (each.number < before.number) findings.push({ concern: 'reordered', kind: 'presence', what, atMs: each.at })
      }
    }
    const [truth, last] = [this.shown.at(-1)?.number, seen.at(-1)]
    if (last?.number !== truth) {
      const concern = truth === undefined ? 'ghost' : 'presence'
      const what = `${way} as ${last?.number ?? 'gone'} at the end, not ${truth ?? 'gone'}`
      findings.push({ concern, kind: 'presence', what, atMs: last?.at ?? 0 })
    }
    return findings
  }

  #isOtherLife(at: number): boolean {
    const before = this.shown[at - 1]
    return before?.number !== undefined && this.shown[at]!.life !== before.life
  }
}
