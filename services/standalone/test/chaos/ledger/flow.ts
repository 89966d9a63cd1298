import { compare } from '@heliograph/testkit'
import type { Finding } from './finding.ts'

interface Heard {
  readonly id: string
  readonly at: number
}

/** Messages from one to another: what was said, what came, what was refused. Times are ms into the run. */
export class Flow {
  readonly kind: string
  readonly from: string
  readonly to: string
  readonly sent: Heard[] = []
  readonly heard: Heard[] = []
  /** Id → condition, of what came back to its sender as an error. */
  readonly refused = new Map<string, string>()
  readonly #sentAt = new Map<string, number>()

  constructor(kind: string, from: string, to: string) {
    this.kind = kind
    this.from = from
    this.to = to
  }

  /** The id of the next message, noted as said now. */
  next(at: number): string {
    const id = `${this.kind[0]}.${this.from}-${this.to}-${this.sent.length + 1}`
    this.sent.push({ id, at })
    this.#sentAt.set(id, at)
    return id
  }

  hear(id: string, at: number): void {
    this.heard.push({ id, at })
  }

  /** Whether something that was said since then has come, of one in which something was. */
  aliveSince(at: number): boolean {
    return (this.sent.at(-1)?.at ?? 0) < at || this.backAfter(at) !== undefined
  }

  /** When the first that was said since then came; undefined when none did. */
  backAfter(at: number): number | undefined {
    let first: number | undefined
    for (let i = this.heard.length - 1; i >= 0 && this.heard[i]!.at >= at; i--)
      if (this.#saidAt(this.heard[i]!.id) >= at) first = this.heard[i]!.at
    return first
  }

  /** The longest that something said in between took, ms. */
  slowest(from: number, to: number): number {
    let most = 0
    for (const { id, at } of this.heard) {
      const said = this.#saidAt(id)
      if (said >= from && said <= to) most = Math.max(most, at - said)
    }
    return most
  }

  get missing(): number {
    const heard = new Set(this.heard.map(({ id }) => id))
    return this.sent.filter(({ id }) => !heard.has(id) && !this.refused.has(id)).length
  }

  /**
   * What is wrong with it.
   * @param stored what the receiver's archive has
   * @param sessionDied whether the receiver had to begin another session: what was under way to the lost one is in the archive only
   */
  findings(stored: ReadonlySet<string>, sessionDied: boolean): Finding[] {
    const { kind, from, to } = this
    const way = `${from} → ${to}`
    const expected = this.sent.filter(({ id }) => !this.refused.has(id)).map(({ id }) => id)
    const { lost, twice, late } = compare(
      expected,
      this.heard.map(({ id }) => id),
    )
    const findings: Finding[] = []
    for (const id of lost) {
      const atMs = this.#saidAt(id)
      if (sessionDied && stored.has(id))
        findings.push({ concern: 'session', kind, what: `${way}: ${id} came by the archive only`, atMs })
      else
        findings.push({ concern: 'lost', kind, what: `${way}: ${id}${stored.has(id) ? ', in the archive' : ''}`, atMs })
    }
    for (const id of twice)
      findings.push({ concern: 'repeated', kind, what: `${way}: ${id}`, atMs: this.#lastHeard(id) })
    for (const number of late) {
      const id = this.sent[number - 1]?.id ?? ''
      findings.push({ concern: 'reordered', kind, what: `${way}: ${id}`, atMs: this.#lastHeard(id) })
    }
    for (const { id, at } of this.heard) {
      const condition = this.refused.get(id)
      if (condition !== undefined)
        findings.push({
          concern: 'repeated',
          kind,
          what: `${way}: ${id} came, and was refused (${condition})`,
          atMs: at,
        })
      if (!this.#sentAt.has(id))
        findings.push({ concern: 'ghost', kind, what: `${way}: ${id} was never said`, atMs: at })
    }
    return findings
  }

  #saidAt(id: string): number {
    return this.#sentAt.get(id) ?? 0
  }

  #lastHeard(id: string): number {
    return this.heard.findLast((each) => each.id === id)?.at ?? 0
  }
}
