import {
  type ArchiveRow,
  ArchiveWriter,
  type ArchiveWriterOptions,
  eraseArchive,
  type RowProgress,
  type StoredMessage,
  withStanzaId,
} from '@heliograph/archive'
import { type Database, isUnavailable } from '@heliograph/database'
import type { BareJid, Jid } from '@heliograph/jid'
import { Gate } from '@heliograph/ownership'
import { readStanza, type Stanza } from '@heliograph/stanza'
import { HISTORY_MAX } from '../forms/config-fields.ts'
import { Histories } from './histories.ts'
import type { PastMessage } from './history.ts'
import type { HistoryRequest } from './history-request.ts'
import { deleteLeftovers } from './move-archive.ts'
import { selectHistory } from './select-history.ts'

/** A message of a room, with what its archive is to know of it. */
export interface RoomMessage {
  readonly room: BareJid
  /** Its stanza-id, and its sequence. */
  readonly id: number
  /** Empty for what the room itself says. */
  readonly nick: string
  /** Real address of the occupant. */
  readonly author?: Jid | undefined
  /** As from the occupant, without the stanza-id. */
  readonly stanza: Stanza
  /** Ingress id. */
  readonly stream: string
  readonly count: number
}

/** What tells a new owner which messages of a room it has already. */
export interface RoomTail {
  readonly lastId: number
  readonly ingress: readonly { readonly stream: string; readonly count: number }[]
}

/** One commit holds at most 200 rows, and its receipts go out in the turn that it ends. */
const TAIL = 256
const QUERIES_AT_ONCE = 4
/** Who enters doesn't wait longer for what was said before. */
const PATIENCE_MS = 1_000
/** Rows that are read for a history: among them are some that aren't of it. */
const HISTORY_ROWS = HISTORY_MAX + 50

/** The archives of rooms: each message once. Rows of all rooms are committed together. */
export class PostgresRoomArchive {
  readonly db: Database
  /** Few at a time: who asks much waits for himself, and leaves connections to others. */
  readonly queries = new Gate(QUERIES_AT_ONCE)
  readonly #writer: ArchiveWriter
  readonly #histories = new Histories(HISTORY_MAX)

  constructor(options: Omit<ArchiveWriterOptions, 'authors'>) {
    this.db = options.db
    this.#writer = new ArchiveWriter({ ...options, authors: true })
  }

  /** Commits stall: messages are sent on before. */
  get degraded(): boolean {
    return this.#writer.degraded
  }

  /** Messages that wait to be stored. */
  get queued(): number {
    return this.#writer.queued
  }

  /** False when too much waits to be stored: nothing was added. */
  add(message: RoomMessage, progress: RowProgress): boolean {
    if (!this.#writer.add(rowOf(message), progress)) return false
    const { room, id, stanza } = message
    this.#histories.add(room, { id, stanza: withStanzaId(stanza, room, id) })
    return true
  }

  whenStored(then: () => void): void {
    this.#writer.whenStored(then)
  }

  flushed(): Promise<void> {
    return this.#writer.flushed()
  }

  /** To be called every second or so: notices that the database stalls, and that it is back. */
  watch(): void {
    this.#writer.watch()
  }

  /**
   * What was said before, oldest first: each as it was, with its stanza-id. No query where somebody asked lately; nothing while the
   * database is away, because nobody's entering waits for that.
   */
  async history(room: BareJid, request: HistoryRequest): Promise<readonly PastMessage[]> {
    if (request.maxStanzas === 0 || request.maxCharacters === 0) return []
    try {
      const said = await this.#histories.of(room, () => this.#newest(room))
      return selectHistory(room, said, request)
    } catch (error) {
      if (!isUnavailable(error)) throw error
      return []
    }
  }

  /** Something was taken back: nobody is told it again. */
  retracted(room: BareJid, id: number): void {
    this.#histories.remove(room, id)
  }

  /** To be asked when a room comes into memory: what was known of it from before isn't true any more. */
  async tail(room: BareJid): Promise<RoomTail> {
    this.#histories.drop(room)
    const { rows } = await this.db.query<{ id: string; stream: string; ingress: string }>(
      'room_tail',
      'SELECT id, stream, ingress FROM archive WHERE owner = $1 ORDER BY id DESC LIMIT $2',
      [room, TAIL],
    )
    return {
      lastId: Number(rows[0]?.id ?? 0),
      ingress: rows.map(({ stream, ingress }) => ({ stream, count: Number(ingress) })),
    }
  }

  /** The last that was said after `id`, oldest first, each with its stanza-id: what a new owner may have to send again. */
  async after(room: BareJid, id: number, limit: number): Promise<readonly PastMessage[]> {
    const { rows } = await this.db.query<{ id: string; stanza: string }>(
      'room_after',
      'SELECT id, stanza FROM archive WHERE owner = $1 AND id > $2 ORDER BY id DESC LIMIT $3',
      [room, id, limit],
    )
    return rows.map((row) => pastMessage(room, { ...row, id: Number(row.id) })).reverse()
  }

  /** Of a room that is destroyed. */
  async erase(room: BareJid): Promise<void> {
    await this.flushed()
    this.#histories.drop(room)
    await eraseArchive(this.db, room)
  }

  /** Before a room is made: what one that was there said, it doesn't show. Nothing is erased of one that is there now. */
  async eraseLeftovers(room: BareJid): Promise<void> {
    this.#histories.drop(room)
    await deleteLeftovers(this.db, room)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#writer[Symbol.asyncDispose]()
  }

  async #newest(room: BareJid): Promise<readonly PastMessage[]> {
    await this.#writer.flushedWithin(PATIENCE_MS)
    const { rows } = await this.db.query<{ id: string; stanza: string }>(
      'room_newest',
      'SELECT id, stanza FROM archive WHERE owner = $1 AND NOT transient ORDER BY id DESC LIMIT $2',
      [room, HISTORY_ROWS],
    )
    return rows.map((row) => pastMessage(room, { ...row, id: Number(row.id) })).reverse()
  }
}

function rowOf({ room, id, nick, author, stanza, stream, count }: RoomMessage): ArchiveRow {
  return {
    owner: room,
    id,
    peer: room,
    peerResource: nick,
    outgoing: false,
    offline: false,
    transient: false,
    stream,
    ingress: count,
    origin: null,
    author,
    stanza,
  }
}

function pastMessage(room: BareJid, { id, stanza }: StoredMessage): PastMessage {
  return { id, stanza: withStanzaId(readStanza(Buffer.from(stanza)), room, id) }
}
