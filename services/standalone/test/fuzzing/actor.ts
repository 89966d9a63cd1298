import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance, RawStream } from '@heliograph/testkit'
import { Element } from '@heliograph/xml'
import type { Findings } from './findings.ts'
import type { Tally } from './tally.ts'

const ANSWER_MS = 60_000
const RECENT = 30
/** A room keeps nothing of the requests it passes on: when one of the two leaves before the answer nobody is left who owes it. */
const OCCUPANT = /@conference\.[^/]*\//

interface Pending {
  readonly xml: string
  readonly payload: Element | undefined
  readonly since: number
}

/** What an actor has of its own. */
export interface Part {
  readonly name: string
  readonly stream: RawStream
  readonly chance: Chance
  readonly findings: Findings
  readonly tally: Tally
  /** Told of everything that comes. */
  readonly hears: (stanza: Element) => void
  /** What is in the answer to a request that somebody sent to this one. */
  readonly answer: () => Element
}

/**
 * One end of a stream that says anything and keeps account of what it is owed: one answer to each request, and a stream that goes on.
 * Requests that come to it are answered, so that those of others are.
 */
export class Actor {
  readonly #part: Part
  readonly #pending = new Map<string, Pending>()
  readonly #answered = new Set<string>()
  readonly #recent: string[] = []
  #ended: string | undefined

  constructor(part: Part) {
    this.#part = part
    void this.#listen()
  }

  /** Why its stream is over, if it is. */
  get ended(): string | undefined {
    return this.#ended
  }

  get name(): string {
    return this.#part.name
  }

  send(stanza: Element): void {
    const { type, id, to } = stanza.attrs
    const xml = stanza.toString()
    const asks = stanza.name === 'iq' && (type === 'get' || type === 'set')
    if (asks && id && !OCCUPANT.test(String(to))) {
      const payload = stanza.getChildElements()[0] as Element | undefined
      this.#pending.set(id, { xml, payload, since: performance.now() })
    }
    this.#recent.push(xml)
    if (this.#recent.length > RECENT) this.#recent.shift()
    this.#part.tally.stanzas++
    this.#part.stream.send(xml)
  }

  /** Waits until all its requests are answered, or its stream is over. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0 && this.#ended === undefined) {
      const late = [...this.#pending].filter(([, { since }]) => performance.now() - since > ANSWER_MS)
      for (const [id, { xml }] of late) {
        this.#pending.delete(id)
        this.#find('no answer', xml)
      }
      await sleep(5)
    }
    this.#answered.clear()
  }

  async leave(): Promise<void> {
    if (this.#ended === undefined) await this.#part.stream.close().catch(() => {})
  }

  async #listen(): Promise<void> {
    const { stream } = this.#part
    for (;;) {
      let stanza: Element
      try {
        stanza = await stream.expect(() => true, 3_600_000)
      } catch (error) {
        this.#ended = String(error)
        return
      }
      stream.received.length = 0
      this.#hear(stanza)
    }
  }

  #hear(stanza: Element): void {
    this.#part.hears(stanza)
    if (stanza.getName() === 'error') this.#streamError(stanza)
    if (stanza.name !== 'iq') return
    const { type, id = '', from } = stanza.attrs
    if (type === 'get' || type === 'set') this.#answer(stanza)
    else if (this.#pending.has(id)) {
      const { xml, payload } = this.#pending.get(id)!
      this.#pending.delete(id)
      this.#answered.add(id)
      this.#part.tally.answered(payload, stanza)
      if (stanza.getChild('error')?.getChild('internal-server-error')) this.#find(`internal error from ${from}`, xml)
    } else if (this.#answered.has(id)) this.#find('answered twice', String(stanza))
  }

  #answer({ attrs: { id, from, to } }: Element): void {
    const answer = new Element('iq', {
      type: 'result',
      ...(id && { id }),
      ...(from && { to: from }),
      ...(to && { from: to }),
    })
    if (this.#part.chance(3) > 0) answer.cnode(this.#part.answer())
    else {
      answer.attrs.type = 'error'
      answer.c('error', { type: 'cancel' }).c('service-unavailable', { xmlns: 'urn:ietf:params:xml:ns:xmpp-stanzas' })
    }
    this.#part.stream.send(answer.toString())
  }

  #streamError(error: Element): void {
    const condition = error.getChildElements()[0]?.getName() ?? ''
    if (!ENDS.has(condition)) this.#find(`the stream ended with ${condition}`, this.#recent.join('\n'))
  }

  #find(what: string, xml: string): void {
    this.#part.findings.add(`${this.name}: ${what}`, xml)
  }
}

/** How a stream may end because of what an account's owner or an administrator asked for. */
const ENDS: ReadonlySet<string> = new Set(['not-authorized', 'conflict', 'reset', 'policy-violation'])
