import type { Database } from '@heliograph/database'
import { type BareJid, type Domain, domainOf } from '@heliograph/jid'
import { partitionOf } from '@heliograph/ownership'
import type { Affiliation } from '../authority/standing.ts'
import type { RoomConfig } from '../forms/room-config.ts'
import { configOfStored, storedConfig } from '../forms/stored-config.ts'
import type { StoredHats } from '../hats/room-hats.ts'
import { allRooms, listRooms } from './list-rooms.ts'
import { copyRoom, forgetMove, movedTo, replaceRoom } from './move-room.ts'
import type { FoundRoom, KnownRoom, NewRoom, RoomPage, RoomQuery, RoomSearch, RoomStore } from './room-store.ts'
import { searchRooms } from './search-rooms.ts'
import type { Affiliate, RoomVcard, StoredRoom, Subject, Subscription } from './stored-room.ts'
import {
  deleteSubscriptions,
  followed,
  putSince,
  putSubscription,
  type RoomOfUser,
  roomsOfUser,
} from './subscriptions.ts'

interface Row {
  creator: string
  created: number
  locked: boolean
  config: Record<string, unknown>
  subject: string | null
  subject_by: string | null
  subject_at: number | null
  vcard: string | null
  avatar_hashes: string[]
  hats: StoredHats | null
  affiliates: { jid: string; affiliation: string; nick: string | null; reason: string | null }[]
  subscriptions: Subscription[]
}

const LOAD = `SELECT creator, extract(epoch FROM created_at)::float8 * 1000 AS created, locked, config, subject, subject_by,
    extract(epoch FROM subject_at)::float8 * 1000 AS subject_at, vcard, avatar_hashes, hats,
    (SELECT coalesce(json_agg(json_build_object('jid', a.jid, 'affiliation', affiliation, 'nick', nick, 'reason', reason)), '[]')
      FROM room_affiliations a WHERE a.room = rooms.jid) AS affiliates,
    (SELECT coalesce(json_agg(json_build_object('jid', s.jid, 'nick', nick, 'nodes', nodes, 'since', since)), '[]')
      FROM room_subscriptions s WHERE s.room = rooms.jid) AS subscriptions
  FROM rooms WHERE jid = $1`

/** Counted in the statement that inserts: a creator who makes rooms in many places at once may end a few above. */
const CREATE = `WITH had AS (SELECT count(*) AS rooms FROM rooms WHERE creator = $2),
  made AS (
    INSERT INTO rooms (jid, creator, domain, partition, locked, listed, persistent, name, config)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 FROM had WHERE had.rooms < $10
    ON CONFLICT (jid) DO NOTHING RETURNING jid)
  SELECT (SELECT count(*) FROM made)::int AS made, (SELECT rooms FROM had) < $10 AS fits`

const CONFIGURE = `UPDATE rooms SET config = config || $2, listed = $3, persistent = $4, name = $5, locked = false
  WHERE jid = $1 RETURNING jid`

const PUT_AFFILIATES = `INSERT INTO room_affiliations (room, jid, affiliation, nick, reason)
  SELECT $1, jid, affiliation, nick, reason FROM json_to_recordset($2)
    AS given (jid text, affiliation text, nick text, reason text)
  ON CONFLICT (room, jid) DO UPDATE SET affiliation = EXCLUDED.affiliation, nick = EXCLUDED.nick, reason = EXCLUDED.reason`

export class PostgresRoomStore implements RoomStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async load(jid: BareJid): Promise<StoredRoom | undefined> {
    const { rows } = await this.#db.query<Row>('room_load', LOAD, [jid])
    return rows[0] && roomOf(jid, rows[0])
  }

  create(room: NewRoom, most: number): Promise<'created' | 'exists' | 'too-many'> {
    const { jid, creator, config, locked, affiliates = [] } = room
    const values = [domainOf(jid), partitionOf(jid), locked, config.listed, config.persistent, config.name]
    return this.#db.fencedWrite(async (tx) => {
      const stored = JSON.stringify(storedConfig(config))
      const params = [jid, creator, ...values, stored, most]
      const { rows } = await tx.query<{ made: number; fits: boolean }>('room_create', CREATE, params)
      if (!rows[0]?.made) return rows[0]?.fits ? 'exists' : 'too-many'
      const owner: Affiliate = { jid: creator, affiliation: 'owner' }
      const known = [owner, ...affiliates.filter((each) => each.jid !== creator)]
      await tx.query('room_affiliates_put', PUT_AFFILIATES, [jid, JSON.stringify(known)])
      return 'created'
    })
  }

  async configure(jid: BareJid, config: RoomConfig): Promise<void> {
    const stored = JSON.stringify(storedConfig(config))
    await this.#db.fencedQuery('room_configure', CONFIGURE, [
      jid,
      stored,
      config.listed,
      config.persistent,
      config.name,
    ])
  }

  async setSubject(jid: BareJid, { text, by, at }: Subject): Promise<void> {
    await this.#db.fencedQuery(
      'room_subject',
      `UPDATE rooms SET subject = $2, subject_by = $3, subject_at = to_timestamp($4::float8 / 1000)
       WHERE jid = $1 RETURNING jid`,
      [jid, text, by, at],
    )
  }

  async setVcard(jid: BareJid, vcard: RoomVcard | undefined): Promise<void> {
    const sql = 'UPDATE rooms SET vcard = $2, avatar_hashes = $3 WHERE jid = $1 RETURNING jid'
    await this.#db.fencedQuery('room_vcard', sql, [jid, vcard?.xml ?? null, vcard?.avatarHashes ?? []])
  }

  async setHats(jid: BareJid, hats: StoredHats): Promise<void> {
    const sql = 'UPDATE rooms SET hats = $2 WHERE jid = $1 RETURNING jid'
    await this.#db.fencedQuery('room_hats', sql, [jid, hats.hats.length === 0 ? null : JSON.stringify(hats)])
  }

  async setAffiliates(jid: BareJid, changes: readonly Affiliate[]): Promise<void> {
    const gone = changes.filter(isForgotten).map((each) => each.jid)
    const kept = changes.filter((each) => !isForgotten(each))
    await this.#db.fencedWrite(async (tx) => {
      if (gone.length > 0) {
        const sql = 'DELETE FROM room_affiliations WHERE room = $1 AND jid = ANY($2)'
        await tx.query('room_affiliates_forget', sql, [jid, gone])
      }
      if (kept.length > 0) await tx.query('room_affiliates_put', PUT_AFFILIATES, [jid, JSON.stringify(kept)])
    })
  }

  setSubscription(jid: BareJid, subscription: Subscription): Promise<void> {
    return putSubscription(this.#db, jid, subscription)
  }

  setSince(jid: BareJid, subscriber: Pick<Subscription, 'jid' | 'since'>): Promise<void> {
    return putSince(this.#db, jid, subscriber)
  }

  endSubscriptions(jid: BareJid, users: readonly BareJid[]): Promise<void> {
    return deleteSubscriptions(this.#db, jid, users)
  }

  subscriptionsOf(user: BareJid, domain: Domain): Promise<readonly RoomOfUser[]> {
    return roomsOfUser(this.#db, user, domain)
  }

  followed(partition: number, after: number): Promise<readonly BareJid[]> {
    return followed(this.#db, partition, after)
  }

  async destroy(jid: BareJid): Promise<void> {
    await this.#db.fencedQuery('room_destroy', 'DELETE FROM rooms WHERE jid = $1 RETURNING jid', [jid])
  }

  async destroyPassing(jid: BareJid): Promise<boolean> {
    const sql = 'DELETE FROM rooms WHERE jid = $1 AND (locked OR NOT persistent) RETURNING jid'
    return (await this.#db.fencedQuery('room_destroy_passing', sql, [jid])).count > 0
  }

  copy(from: BareJid, to: BareJid): Promise<boolean> {
    return copyRoom(this.#db, from, to)
  }

  replace(from: BareJid, to: BareJid): Promise<void> {
    return replaceRoom(this.#db, from, to)
  }

  movedTo(jid: BareJid): Promise<BareJid | undefined> {
    return movedTo(this.#db, jid)
  }

  forgetMove(jid: BareJid): Promise<boolean> {
    return forgetMove(this.#db, jid)
  }

  list(query: RoomQuery): Promise<RoomPage> {
    return listRooms(this.#db, query)
  }

  search(query: RoomSearch): Promise<readonly FoundRoom[]> {
    return searchRooms(this.#db, query)
  }

  all(after: string, max: number, domain?: Domain): Promise<readonly KnownRoom[]> {
    return allRooms(this.#db, after, max, domain)
  }

  async countOf(creator: BareJid): Promise<number> {
    const sql = 'SELECT count(*)::int AS rooms FROM rooms WHERE creator = $1'
    const { rows } = await this.#db.query<{ rooms: number }>('rooms_of_creator', sql, [creator])
    return rows[0]?.rooms ?? 0
  }

  async temporary(partition: number): Promise<readonly BareJid[]> {
    const sql = 'SELECT jid FROM rooms WHERE partition = $1 AND NOT persistent'
    const { rows } = await this.#db.query<{ jid: string }>('rooms_temporary', sql, [partition])
    return rows.map((row) => row.jid as BareJid)
  }
}

function isForgotten({ affiliation, nick }: Affiliate): boolean {
  return affiliation === 'none' && nick === undefined
}

function roomOf(jid: BareJid, row: Row): StoredRoom {
  const { subject, subject_by: by, subject_at: at } = row
  return {
    jid,
    creator: row.creator as BareJid,
    created: row.created,
    locked: row.locked,
    config: configOfStored(row.config),
    subject: subject === null || at === null ? undefined : { text: subject, by: by ?? '', at },
    vcard: row.vcard === null ? undefined : { xml: row.vcard, avatarHashes: row.avatar_hashes },
    hats: row.hats ?? undefined,
    subscriptions: row.subscriptions,
    affiliates: row.affiliates.map((each) => ({
      jid: each.jid as BareJid,
      affiliation: each.affiliation as Affiliation,
      nick: each.nick ?? undefined,
      reason: each.reason ?? undefined,
    })),
  }
}
