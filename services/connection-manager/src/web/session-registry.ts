import { randomBytes } from 'node:crypto'
import type { Edge } from '../edge.ts'
import type { AddressLimit } from '../listeners/address-limit.ts'
import { tagOf } from './peers.ts'

interface Swept {
  sweep(now: number): void
}

/** The sessions of one kind that this edge holds, by an id which nobody can guess and which names the edge. */
export class SessionRegistry<Session extends Swept> {
  readonly tag: string
  readonly #edge: Edge
  readonly #limit: AddressLimit
  readonly #sessions = new Map<string, Session>()

  /** `limit` counts the sessions of each address. */
  constructor(edge: Edge, limit: AddressLimit) {
    this.tag = tagOf(edge.instance)
    this.#edge = edge
    this.#limit = limit
  }

  get size(): number {
    return this.#sessions.size
  }

  get(sid: string): Session | undefined {
    return this.#sessions.get(sid)
  }

  /** Undefined when the address has as many as it may have. `make` is given what ends the session here. */
  open(address: string, make: (sid: string, ended: () => void) => Session): Session | undefined {
    if (!this.#limit.enter(address)) return undefined
    const sid = this.tag + randomBytes(18).toString('base64url')
    const session = make(sid, () => {
      if (this.#sessions.delete(sid)) this.#limit.leave(address)
    })
    this.#sessions.set(sid, session)
    return session
  }

  sweep(now: number): void {
    for (const session of this.#sessions.values()) {
      try {
        session.sweep(now)
      } catch (error) {
        this.#edge.events.webFailed(error)
      }
    }
  }
}
