import { compare } from '@heliograph/testkit'
import type { Finding } from './finding.ts'

interface Publication {
  readonly at: number
  answer?: 'stored' | 'refused' | 'unknown'
}

/** What was published to a node, what its publisher was answered, and what subscribers were told. Times are ms into the run. */
export class NodeRecord {
  readonly node: string
  readonly publisher: string
  readonly items = new Map<string, Publication>()
  readonly told = new Map<string, { readonly id: string; readonly at: number }[]>()

  constructor(node: string, publisher: string, subscribers: readonly string[]) {
    this.node = node
    this.publisher = publisher
    for (const subscriber of subscribers) this.told.set(subscriber, [])
  }

  /** The id of the next item, noted as published now. */
  next(at: number): string {
    const id = `${this.node}-${this.items.size + 1}`
    this.items.set(id, { at })
    return id
  }

  /** `unknown`: the session in which it was asked is no more. */
  answered(id: string, answer: 'stored' | 'refused' | 'unknown'): void {
    this.items.get(id)!.answer = answer
  }

  hear(subscriber: string, ids: readonly string[], at: number): void {
    this.told.get(subscriber)?.push(...ids.map((id) => ({ id, at })))
  }

  /** Subscribers that haven't been told something that is stored. */
  get missing(): number {
    const stored = this.#answered('stored')
    return [...this.told.values()].reduce(
      (sum, told) => sum + stored.filter((id) => !told.some((it) => it.id === id)).length,
      0,
    )
  }

  get unanswered(): number {
    return [...this.items.values()].filter(({ answer }) => answer === undefined).length
  }

  /**
   * @param kept the items that the node has at the end
   * @param sessionDied whether a subscriber had to begin another session: nobody told him meanwhile
   */
  findings(kept: readonly string[], sessionDied: (subscriber: string) => boolean): Finding[] {
    const stored = this.#answered('stored')
    const at = (id: string) => this.items.get(id)?.at ?? 0
    const findings: Finding[] = []
    const inNode = compare(stored, kept)
    for (const id of inNode.lost)
      findings.push({ concern: 'lost', kind: 'item', what: `${id} was answered, and isn't kept`, atMs: at(id) })
    for (const id of inNode.twice)
      findings.push({ concern: 'repeated', kind: 'item', what: `${id} is kept twice`, atMs: at(id) })
    for (const [subscriber, told] of this.told) {
      const { lost, twice, late } = compare(
        stored,
        told.map(({ id }) => id),
      )
      for (const id of lost) {
        const concern = sessionDied(subscriber) ? 'session' : 'lost'
        findings.push({ concern, kind: 'notification', what: `${subscriber} wasn't told of ${id}`, atMs: at(id) })
      }
      for (const id of twice)
        findings.push({
          concern: 'repeated',
          kind: 'notification',
          what: `${subscriber} was told twice of ${id}`,
          atMs: at(id),
        })
      for (const number of late) {
        const id = `${this.node}-${number}`
        findings.push({
          concern: 'reordered',
          kind: 'notification',
          what: `${subscriber} was told late of ${id}`,
          atMs: at(id),
        })
      }
    }
    for (const [id, { answer, at: askedAt }] of this.items)
      if (answer === undefined)
        findings.push({ concern: 'stuck', kind: 'item', what: `${id}: no answer`, atMs: askedAt })
    return findings
  }

  #answered(answer: Publication['answer']): string[] {
    return [...this.items].flatMap(([id, item]) => (item.answer === answer ? [id] : []))
  }
}
