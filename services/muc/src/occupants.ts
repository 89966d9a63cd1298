import type { BareJid, FullJid, Jid } from '@heliograph/jid'
import type { Occupant, Session } from './occupant.ts'

const NOBODY: readonly Occupant[] = Object.freeze([])

/** Who is in a room, by nick, by client and by user. */
export class Occupants {
  readonly #byNick = new Map<string, Occupant>()
  readonly #byClient = new Map<Jid, Occupant>()
  readonly #byUser = new Map<BareJid, readonly Occupant[]>()
  #clients: readonly FullJid[] | undefined

  get size(): number {
    return this.#byNick.size
  }

  [Symbol.iterator](): Iterator<Occupant> {
    return this.#byNick.values()
  }

  named(nick: string): Occupant | undefined {
    return this.#byNick.get(nick)
  }

  /** Whose client it is. */
  by(client: Jid): Occupant | undefined {
    return this.#byClient.get(client)
  }

  /** A user's, under each of his nicks. The array stays as it is when they change. */
  of(user: BareJid): readonly Occupant[] {
    return this.#byUser.get(user) ?? NOBODY
  }

  /** All clients: the same array as long as none comes or goes. */
  get clients(): readonly FullJid[] {
    this.#clients ??= [...this.#byClient.keys()] as FullJid[]
    return this.#clients
  }

  add(occupant: Occupant): void {
    const former = this.#byNick.get(occupant.nick)
    if (former !== occupant) {
      if (former) this.#forget(former)
      this.#byUser.set(occupant.bare, [...this.of(occupant.bare), occupant])
    }
    this.#byNick.set(occupant.nick, occupant)
    for (const { jid } of occupant.sessions) this.#byClient.set(jid, occupant)
    this.#clients = undefined
  }

  remove(occupant: Occupant): void {
    if (this.#byNick.get(occupant.nick) === occupant) {
      this.#byNick.delete(occupant.nick)
      this.#forget(occupant)
    }
    for (const { jid } of occupant.sessions) if (this.#byClient.get(jid) === occupant) this.#byClient.delete(jid)
    this.#clients = undefined
  }

  /** One more client of somebody who is there, or one of his that has something new to say: it is the foremost then. */
  addSession(occupant: Occupant, session: Session): void {
    occupant.sessions = [...occupant.sessions.filter(({ jid }) => jid !== session.jid), session]
    if (this.#byClient.get(session.jid) === occupant) return
    this.#byClient.set(session.jid, occupant)
    this.#clients = undefined
  }

  removeSession(occupant: Occupant, session: Session): void {
    occupant.sessions = occupant.sessions.filter((each) => each !== session)
    this.#byClient.delete(session.jid)
    this.#clients = undefined
  }

  #forget(occupant: Occupant): void {
    const others = this.of(occupant.bare).filter((each) => each !== occupant)
    if (others.length > 0) this.#byUser.set(occupant.bare, others)
    else this.#byUser.delete(occupant.bare)
  }
}
