import { randomBytes } from 'node:crypto'
import { iqGet, iqSet, type Stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { User } from '../users/user.ts'

const ANSWER_WITHIN_MS = 10_000
const WAITING_MAX = 5_000

/** The owner of an account's nodes doesn't answer, too many answers are waited for, or the account is given away. */
export class NodesSilent extends Error {
  override readonly name = 'NodesSilent'
}

interface Waiting {
  readonly user: User
  readonly until: number
  readonly resolve: (answer: Stanza) => void
  readonly reject: (error: NodesSilent) => void
}

export interface OwnRequestParts {
  /** Whether answers still come to the user here. */
  readonly hears: (user: User) => boolean
  /** Brings a request to the owner of the account's nodes. */
  readonly send: (user: User, request: Stanza) => void
  readonly now?: () => number
}

/** What accounts ask of their nodes by themselves, in nobody else's name: for what is kept there and known by other protocols, too. */
export class OwnRequests {
  readonly #hears: OwnRequestParts['hears']
  readonly #send: OwnRequestParts['send']
  readonly #now: () => number
  readonly #waiting = new Map<string, Waiting>()

  constructor({ hears, send, now = () => performance.now() }: OwnRequestParts) {
    this.#hears = hears
    this.#send = send
    this.#now = now
  }

  get waiting(): number {
    return this.#waiting.size
  }

  /** The result, or error. @throws NodesSilent when none comes */
  ask(user: User, type: 'get' | 'set', payload: Element): Promise<Stanza> {
    if (!this.#hears(user)) return Promise.reject(new NodesSilent('the account is given away'))
    if (this.#waiting.size >= WAITING_MAX) return Promise.reject(new NodesSilent('too many requests wait'))
    const id = `own-${randomBytes(12).toString('base64url')}`
    const head = { id, from: user.jid, to: user.jid }
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { user, until: this.#now() + ANSWER_WITHIN_MS, resolve, reject })
      this.#send(user, type === 'get' ? iqGet(head, payload) : iqSet(head, payload))
    })
  }

  /** Whether a response to an account is one that was waited for here. */
  answered(user: User, response: Stanza): boolean {
    const { id = '', from } = response
    const waiting = from === user.jid ? this.#waiting.get(id) : undefined
    if (waiting?.user !== user) return false
    this.#waiting.delete(id)
    waiting.resolve(response)
    return true
  }

  /** A partition is given away: no answers come any more. */
  abandon(partition: number): void {
    for (const [id, { user, reject }] of this.#waiting) {
      if (user.partition !== partition) continue
      this.#waiting.delete(id)
      reject(new NodesSilent('the account is given away'))
    }
  }

  /** To be called about once a second. */
  tick(): void {
    for (const [id, { until, reject }] of this.#waiting) {
      // The oldest come first.
      if (until > this.#now()) return
      this.#waiting.delete(id)
      reject(new NodesSilent('the nodes of an account did not answer'))
    }
  }
}
