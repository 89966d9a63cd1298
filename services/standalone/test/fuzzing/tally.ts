import type { Element } from '@heliograph/xml'

/** How much was said, and what came back: whether the fuzzer reaches anything can be seen from it. */
export class Tally {
  stanzas = 0
  readonly #outcomes = new Map<string, number>()
  readonly #understood = new Set<string>()

  /** The answer to a request with that payload. */
  answered(payload: Element | undefined, answer: Element): void {
    const error = answer.getChild('error')?.getChildElements()[0]?.getName()
    const outcome = answer.attrs.type === 'error' ? (error ?? 'no condition') : 'result'
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1)
    if (outcome === 'result' && payload) this.#understood.add(`${payload.getName()} ${payload.getNS()}`)
  }

  toString(): string {
    const outcomes = [...this.#outcomes].sort((a, b) => b[1] - a[1]).map(([name, count]) => `${count} ${name}`)
    return `${this.stanzas} stanzas; ${outcomes.join(', ')}; ${this.#understood.size} payloads had a result`
  }

  get understood(): string[] {
    return [...this.#understood].sort()
  }
}
