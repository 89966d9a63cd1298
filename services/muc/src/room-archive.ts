import type { RowProgress } from '@heliograph/archive'
import type { BareJid } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'

/** A message of a room, with what its archive is to know of it. */
export interface RoomMessage {
  readonly room: BareJid
  /** Its stanza-id, and its sequence. */
  readonly id: number
  readonly nick: string
  /** As from the occupant, without the stanza-id. */
  readonly stanza: Stanza
  /** Ingress id. */
  readonly stream: string
  readonly count: number
  /** Not to be shown to anybody later: kept until everybody there has taken it, so that it outlives the room's owner. */
  readonly transient: boolean
}

/** As read back. */
export interface PastMessage {
  readonly id: number
  readonly stanza: Stanza
}

/** How much of the past somebody who enters wants to be shown (XEP-0045 §7.2.14). */
export interface HistoryRequest {
  readonly maxStanzas: number
  readonly maxCharacters: number | undefined
  /** Milliseconds since 1970. */
  readonly since: number | undefined
  /** Only what is older than this id. */
  readonly before: number
}

/** What tells a new owner which messages of a room it has already. */
export interface RoomTail {
  readonly lastId: number
  readonly ingress: readonly { readonly stream: string; readonly count: number }[]
}

/** The archives of rooms. Rows of all rooms are committed together. */
export interface RoomArchive extends AsyncDisposable {
  /** Commits stall: messages are sent on before. */
  readonly degraded: boolean
  /** Messages that wait to be stored. */
  readonly queued: number
  /** False when too much waits to be stored: nothing was added. */
  add(message: RoomMessage, progress: RowProgress): boolean
  /** Messages that only waited to be taken are no longer needed. */
  taken(room: BareJid, ids: readonly number[]): void
  /** Runs `then` when everything added so far is committed. */
  whenStored(then: () => void): void
  /** Resolves when everything added so far is stored or refused. */
  flushed(): Promise<void>
  /** What there was before, oldest first: each as it was, with its stanza-id. */
  history(room: BareJid, request: HistoryRequest): Promise<readonly PastMessage[]>
  tail(room: BareJid): Promise<RoomTail>
  /** What was said after `id`, oldest first, each with its stanza-id: what a new owner may have to send again. */
  after(room: BareJid, id: number, limit: number): Promise<readonly PastMessage[]>
  erase(room: BareJid): Promise<void>
}
