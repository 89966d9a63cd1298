import type { FullJid } from '@heliograph/jid'
import type { Affiliation, Role } from '../authority/standing.ts'

/** Why somebody goes, beyond that he does. */
export interface Departure {
  /** Status codes that all are told. */
  readonly codes?: readonly number[]
  readonly reason?: string | undefined
  /** Nick of who made him go. */
  readonly actor?: string | undefined
  /** `<destroy/>` as XML, where the room ends (§10.9). */
  readonly destroyed?: string
  /** The nick under which he goes on (XEP-0045 §7.6). */
  readonly newNick?: string
}

/** The end of somebody's stay, as it is told; kept until everybody has been told. */
export interface Farewell extends Departure {
  readonly nick: string
  readonly occupantId: string
  /** The client by which the others saw him. */
  readonly jid: FullJid
  readonly affiliation: Affiliation
  /** His role from now on. */
  readonly role: Role
  /** The clients that go. */
  readonly clients: readonly FullJid[]
  /** Whether the others saw him. */
  readonly shown: boolean
  readonly sequence: number
  /** What he said on leaving: a payload. */
  readonly payload: string
}
