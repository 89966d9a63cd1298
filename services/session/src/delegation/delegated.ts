import { randomBytes } from 'node:crypto'
import { DELEGATION } from '@heliograph/delegation'
import { type BareJid, type Domain, domainOf, isBare, parseJid, trusted } from '@heliograph/jid'
import { type Outcome, refuse, reply } from '@heliograph/module'
import { NS, Stanza, type StanzaCondition, stanzaError } from '@heliograph/stanza'
import type { Counter, Logger, Metrics } from '@heliograph/telemetry'
import type { User } from '../users/user.ts'
import { unwrap } from './unwrap.ts'

const ANSWER_WITHIN_MS = 10_000
const WAITING_MAX = 5_000
const ID = /^delegated-[\w-]{16}\.([\w-]+)$/

interface Waiting {
  readonly user: User
  readonly request: Stanza
  readonly component: Domain
  readonly until: number
  readonly resolve: (outcome: Outcome) => void
}

export interface DelegatedParts {
  /** Brings a stanza to a component in the name of a user; `lost` is told when that can't be done. */
  readonly send: (user: User, stanza: Stanza, lost: () => void) => void
  readonly metrics: Metrics
  readonly log: Logger
  readonly now?: () => number
}

type Fate = 'answered' | 'refused' | 'silent' | 'full'

/** Requests that components answer in the place of the server and of accounts. */
export class Delegated {
  readonly #parts: DelegatedParts
  readonly #now: () => number
  readonly #fates: Readonly<Record<Fate, Counter>>
  readonly #waiting = new Map<string, Waiting>()

  constructor(parts: DelegatedParts) {
    this.#parts = parts
    this.#now = parts.now ?? (() => performance.now())
    const fate = (outcome: Fate) =>
      parts.metrics.counter(
        'heliograph_session_delegated_total',
        'Requests that components were to answer: which did, which answered an error or something else, which did not, and those that were too many.',
        { outcome },
      )
    this.#fates = { answered: fate('answered'), refused: fate('refused'), silent: fate('silent'), full: fate('full') }
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** What the component answers. It may be asked again by the user's next owner, who then has the answer. */
  ask(user: User, request: Stanza, component: Domain): Promise<Outcome> {
    if (this.#waiting.size >= WAITING_MAX) return Promise.resolve(this.#refuse('full', 'resource-constraint'))
    const id = `delegated-${randomBytes(12).toString('base64url')}.${Buffer.from(user.jid).toString('base64url')}`
    const from = domainOf(trusted(request.to ?? user.jid))
    return new Promise((resolve) => {
      this.#waiting.set(id, { user, request, component, until: this.#now() + ANSWER_WITHIN_MS, resolve })
      this.#parts.send(user, wrapped(request).with({ id, from, to: component }), () => this.#giveUp(id))
    })
  }

  /** A response of a component to one of these. */
  answered(user: User, response: Stanza): void {
    const { id = '', from } = response
    const waiting = this.#waiting.get(id)
    // Nobody waits any more for one that comes late.
    if (waiting?.user.jid !== user.jid || waiting.component !== from) return
    this.#waiting.delete(id)
    const unwrapped = unwrap(waiting.request, response)
    if ('wrong' in unwrapped) {
      this.#parts.log.warn('delegated_answer_refused', { jid: user.jid, domain: from, reason: unwrapped.wrong })
      // XEP-0355 §4.3: the same for errors (N.B.2) and for what is none of its answers.
      waiting.resolve(this.#refuse('refused', 'service-unavailable'))
      return
    }
    this.#fates.answered.add()
    waiting.resolve(outcomeOf(unwrapped.result))
  }

  /** A partition is given away: its next owner is sent the requests again. */
  abandon(partition: number): void {
    for (const [id, { user }] of this.#waiting) if (user.partition === partition) this.#waiting.delete(id)
  }

  /** To be called about once a second. */
  tick(): void {
    for (const [id, { until }] of this.#waiting) {
      // The oldest come first.
      if (until > this.#now()) return
      this.#giveUp(id)
    }
  }

  #giveUp(id: string): void {
    const waiting = this.#waiting.get(id)
    if (!this.#waiting.delete(id)) return
    this.#parts.log.warn('delegated_unanswered', { jid: waiting!.user.jid, domain: waiting!.component })
    // XEP-0355 §4.3 N.B.1
    waiting!.resolve(this.#refuse('silent', 'service-unavailable'))
  }

  #refuse(fate: Fate, condition: StanzaCondition): Outcome {
    this.#fates[fate].add()
    return refuse(stanzaError(condition))
  }
}

/** Whose request a response with that id is for; undefined when it is for none. */
export function askerIn(id: string | undefined): BareJid | Domain | undefined {
  const said = ID.exec(id ?? '')?.[1]
  const jid = said === undefined ? undefined : parseJid(Buffer.from(said, 'base64url').toString())
  return jid !== undefined && (isBare(jid) || !jid.includes('/')) ? (jid as BareJid | Domain) : undefined
}

function wrapped(request: Stanza): Stanza {
  const xml = `<delegation xmlns='${DELEGATION}'><forwarded xmlns='${NS.forward}'>${request.toString(NS.client)}</forwarded></delegation>`
  return new Stanza({ name: 'iq', type: 'set' }).append(xml, `{${DELEGATION}}delegation`)
}

function outcomeOf(result: Stanza): Outcome {
  const name = result.children[0]
  return name === undefined ? reply() : { kind: 'raw', xml: result.payload.toString(), name }
}
