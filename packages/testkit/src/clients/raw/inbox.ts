import type { Element } from '@heliograph/xml'

/** Chooses elements: a local name (`message`), or a function. */
export type Matcher = string | ((element: Element) => boolean)

interface Waiter {
  readonly matches: (element: Element) => boolean
  readonly resolve: (element: Element) => void
  readonly reject: (error: Error) => void
}

/** Elements that came and that nobody has taken yet, in order. */
export class Inbox {
  readonly #elements: Element[] = []
  readonly #waiters = new Set<Waiter>()
  #ended: Error | undefined

  put(element: Element): void {
    for (const waiter of this.#waiters) {
      if (!waiter.matches(element)) continue
      this.#waiters.delete(waiter)
      waiter.resolve(element)
      return
    }
    this.#elements.push(element)
  }

  /** Takes the first element that matches, waiting for it; what doesn't match stays. @throws after `timeoutMs` */
  take(matcher: Matcher, timeoutMs: number): Promise<Element> {
    const matches = predicate(matcher)
    const at = this.#elements.findIndex(matches)
    if (at >= 0) return Promise.resolve(this.#elements.splice(at, 1)[0]!)
    if (this.#ended) return Promise.reject(this.#ended)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter)
        reject(new Error(`nothing matching ${describe(matcher)} came in ${timeoutMs} ms; there is: ${this}`))
      }, timeoutMs)
      const settled =
        <Value>(settle: (value: Value) => void) =>
        (value: Value) => {
          clearTimeout(timer)
          settle(value)
        }
      const waiter: Waiter = { matches, resolve: settled(resolve), reject: settled(reject) }
      this.#waiters.add(waiter)
    })
  }

  /** Takes everything that is there and matches. */
  takeAll(matcher: Matcher): Element[] {
    const matches = predicate(matcher)
    const taken = this.#elements.filter(matches)
    const left = this.#elements.filter((element) => !matches(element))
    this.#elements.splice(0, this.#elements.length, ...left)
    return taken
  }

  /** Nothing more will come: who waits is told. */
  end(error: Error): void {
    this.#ended = error
    for (const waiter of this.#waiters) waiter.reject(error)
    this.#waiters.clear()
  }

  toString(): string {
    return this.#elements.length === 0 ? 'nothing' : this.#elements.map(String).join('\n')
  }
}

function predicate(matcher: Matcher): (element: Element) => boolean {
  return typeof matcher === 'string' ? (element) => element.getName() === matcher : matcher
}

function describe(matcher: Matcher): string {
  return typeof matcher === 'string' ? `<${matcher}>` : String(matcher)
}
