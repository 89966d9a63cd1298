import type { Database } from '@heliograph/database'
import { type BareJid, domainOf } from '@heliograph/jid'
import { partitionOf } from '@heliograph/ownership'

const KEPT =
  'creator, created_at, listed, persistent, name, config, subject, subject_by, subject_at, vcard, avatar_hashes, hats'

const COPY = `INSERT INTO rooms (jid, domain, partition, locked, copy_of, ${KEPT})
  SELECT $2, $3, $4, true, $1, ${KEPT} FROM rooms WHERE jid = $1 ON CONFLICT (jid) DO NOTHING RETURNING jid`

/** Whoever made it died before it became the room. */
const COPIED_BEFORE = 'DELETE FROM rooms WHERE jid = $2 AND copy_of = $1 AND locked'

const COPY_AFFILIATES = `INSERT INTO room_affiliations (room, jid, affiliation, nick, reason)
  SELECT $2, jid, affiliation, nick, reason FROM room_affiliations WHERE room = $1`

const COPY_SUBSCRIPTIONS = `INSERT INTO room_subscriptions (room, jid, partition, nick, nodes, since)
  SELECT $2, jid, $3, nick, nodes, since FROM room_subscriptions WHERE room = $1`

/**
 * A second room that is like one, locked: nobody but its owners sees it. A copy that was made before and never opened is replaced. False:
 * there is another room of that address.
 */
export function copyRoom(db: Database, from: BareJid, to: BareJid): Promise<boolean> {
  return db.fencedWrite(async (tx) => {
    await tx.query('room_copied_before', COPIED_BEFORE, [from, to])
    const { rows } = await tx.query('room_copy', COPY, [from, to, domainOf(to), partitionOf(to)])
    if (rows.length === 0) return false
    await tx.query('room_copy_affiliates', COPY_AFFILIATES, [from, to])
    await tx.query('room_copy_subscriptions', COPY_SUBSCRIPTIONS, [from, to, partitionOf(to)])
    return true
  })
}

/** Ends the one, opens the other, and notes for those who come to the one where it is now. */
export function replaceRoom(db: Database, from: BareJid, to: BareJid): Promise<void> {
  return db.fencedWrite(async (tx) => {
    await tx.query('room_moved_back', 'DELETE FROM rooms_moved WHERE jid = $1', [to])
    await tx.query('room_moved_on', 'UPDATE rooms_moved SET moved_to = $2 WHERE moved_to = $1', [from, to])
    await tx.query('room_moved_end', 'DELETE FROM rooms WHERE jid = $1', [from])
    await tx.query('room_moved_open', 'UPDATE rooms SET locked = false, copy_of = NULL WHERE jid = $1', [to])
    await tx.query('room_moved_note', 'INSERT INTO rooms_moved (jid, moved_to) VALUES ($1, $2)', [from, to])
  })
}

export async function movedTo(db: Database, jid: BareJid): Promise<BareJid | undefined> {
  const sql = 'SELECT moved_to FROM rooms_moved WHERE jid = $1'
  const { rows } = await db.query<{ moved_to: string }>('room_moved', sql, [jid])
  return rows[0]?.moved_to as BareJid | undefined
}

/** Its address may be another room's. @returns whether there was a note */
export async function forgetMove(db: Database, jid: BareJid): Promise<boolean> {
  const sql = 'DELETE FROM rooms_moved WHERE jid = $1 RETURNING jid'
  return (await db.fencedQuery('room_moved_forget', sql, [jid])).rows.length > 0
}
