import type { BareJid, FullJid, Jid } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'
import type { Affiliation, Role } from './authority/standing.ts'

export type Present = Exclude<Role, 'none'>

/** A client by which somebody is in a room. */
export interface Session {
  readonly jid: FullJid
  /** What it said last, without what only a room says. */
  presence: Stanza
  /** Sequence of its entering: what is older is its past. */
  joined: number
  /** It was sent all that who enters is sent. */
  welcomed: boolean
  /** Ingress id of the last presence that it sent. */
  stream: string
  count: number
  /**
   * Ingress id of the last message that it sent to this owner. In no record: what isn't in custody when the owner dies comes again, and the next one
   * must not take it for known. It knows by the archive which messages are.
   */
  said?: IngressId | undefined
}

/** No stream where a server made it. */
export interface IngressId {
  readonly stream: string
  readonly count: number
}

/** What somebody was shown of an occupant when he entered, and what that was made of. */
export interface Shown {
  readonly presence: Stanza
  readonly role: Role
  readonly affiliation: Affiliation
  readonly jid: Jid | undefined
  readonly hats: string | undefined
  /** As long as it is on its way to anybody. */
  readonly stanza: WeakRef<Stanza>
}

/** Somebody in a room, by one client or several (XEP-0045 §7.2.8). */
export class Occupant {
  readonly nick: string
  /** ROOM/NICK. */
  readonly jid: FullJid
  /** Whose occupant it is. */
  readonly bare: BareJid
  /** XEP-0421: the same whenever this user is in this room. */
  readonly id: string
  role: Present
  /** Sequence of the last that the room told of it. */
  changed: number
  /** Whether the others were told that it is there. */
  shown = false
  lastShown: Shown | undefined
  sessions: readonly Session[]

  constructor(given: Pick<Occupant, 'nick' | 'jid' | 'bare' | 'id' | 'role' | 'changed' | 'sessions'>) {
    this.nick = given.nick
    this.jid = given.jid
    this.bare = given.bare
    this.id = given.id
    this.role = given.role
    this.changed = given.changed
    this.sessions = given.sessions
  }

  /** The client whose presence the others see: the one that said something last. */
  get foremost(): Session {
    return this.sessions.at(-1)!
  }

  sessionOf(jid: FullJid): Session | undefined {
    return this.sessions.find((session) => session.jid === jid)
  }
}
