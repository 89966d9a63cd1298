import type { Database } from '@heliograph/database'
import type { BareJid, Domain } from '@heliograph/jid'
import { partitionOf } from '@heliograph/ownership'
import type { Subscription } from './stored-room.ts'

/** To which room somebody has subscribed. */
export interface RoomOfUser extends Pick<Subscription, 'nick' | 'nodes'> {
  readonly room: BareJid
}

const PUT = `INSERT INTO room_subscriptions (room, jid, partition, nick, nodes, since) VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (room, jid) DO UPDATE SET nick = EXCLUDED.nick, nodes = EXCLUDED.nodes, since = EXCLUDED.since
  RETURNING room`

export async function putSubscription(db: Database, room: BareJid, subscription: Subscription): Promise<void> {
  const { jid, nick, nodes, since } = subscription
  await db.fencedQuery('room_subscribe', PUT, [room, jid, partitionOf(room), nick, nodes, since])
}

/** Only where there is one: it may have ended meanwhile. */
export async function putSince(
  db: Database,
  room: BareJid,
  { jid, since }: Pick<Subscription, 'jid' | 'since'>,
): Promise<void> {
  const sql = 'UPDATE room_subscriptions SET since = $3 WHERE room = $1 AND jid = $2 RETURNING room'
  await db.fencedQuery('room_subscribed_since', sql, [room, jid, since])
}

export async function deleteSubscriptions(db: Database, room: BareJid, users: readonly BareJid[]): Promise<void> {
  const sql = 'DELETE FROM room_subscriptions WHERE room = $1 AND jid = ANY($2) RETURNING jid'
  await db.fencedQuery('room_unsubscribe', sql, [room, users])
}

const OF_USER = `SELECT room, nick, nodes FROM room_subscriptions s JOIN rooms ON rooms.jid = s.room
  WHERE s.jid = $1 AND rooms.domain = $2 AND NOT rooms.locked ORDER BY room`

export async function roomsOfUser(db: Database, user: BareJid, domain: Domain): Promise<readonly RoomOfUser[]> {
  const { rows } = await db.query<RoomOfUser>('room_subscriptions_of', OF_USER, [user, domain])
  return rows
}

const FOLLOWED = `SELECT room FROM (SELECT DISTINCT room FROM room_subscriptions WHERE partition = $1) AS known
  WHERE EXISTS (SELECT FROM archive WHERE owner = room AND id > $2)`

export async function followed(db: Database, partition: number, after: number): Promise<readonly BareJid[]> {
  const { rows } = await db.query<{ room: BareJid }>('rooms_followed', FOLLOWED, [partition, after])
  return rows.map(({ room }) => room)
}
