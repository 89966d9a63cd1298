import { type BareJid, bareOf, type Jid, resourceOf, trusted } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'

/** A message in an archive (XEP-0313). */
export interface ArchiveRow {
  readonly owner: BareJid
  /** The stanza-id; see `IdClock`. */
  readonly id: number
  /** Bare JID of the other side; in a room's archive the room, with the occupant's nick as resource. */
  readonly peer: BareJid
  /** Its resource, '' for none. */
  readonly peerResource: string
  readonly outgoing: boolean
  /** Received while no resource could take it, and not yet given to one (XEP-0160). */
  readonly offline: boolean
  /** Only waits for its receiver: no part of the archive, and removed once handed over. */
  readonly transient: boolean
  /** Ingress id. */
  readonly stream: string
  readonly ingress: number
  readonly origin: string | null
  /** In a room's archive: the real address of the occupant who said it; undefined for what the room itself says. */
  readonly author?: Jid | undefined
  readonly stanza: Stanza
}

/** The columns that name the other side of a message. */
export function peerOf(address: string): Pick<ArchiveRow, 'peer' | 'peerResource'> {
  const jid = trusted(address)
  return { peer: bareOf(jid), peerResource: resourceOf(jid) }
}

/** As read back. */
export interface StoredMessage {
  readonly id: number
  readonly stanza: string
}

/** As read back from a room's archive. */
export interface SaidMessage extends StoredMessage {
  readonly author: Jid | null
}

/** One that waits for a resource. */
export interface WaitingMessage extends StoredMessage {
  /** No part of the archive. */
  readonly transient: boolean
}
