import type { Querier } from '@heliograph/database'
import type { BareJid, Domain } from '@heliograph/jid'
import type { KnownRoom, ListedRoom, RoomPage, RoomQuery } from './room-store.ts'

/** No page has more. */
export const PAGE_MAX = 100

const AMONG = 'domain = $1 AND listed AND NOT locked'

const FORWARD = `SELECT jid, name FROM rooms WHERE ${AMONG} AND jid > $2 ORDER BY jid OFFSET $3 LIMIT $4`
const BACKWARD = `SELECT jid, name FROM rooms WHERE ${AMONG} AND ($2 = '' OR jid < $2) ORDER BY jid DESC LIMIT $3`
const COUNTS = `SELECT count(*)::int AS count, (count(*) FILTER (WHERE jid < $2))::int AS index FROM rooms WHERE ${AMONG}`

/** A page of a service's rooms by address (XEP-0059); an id is a room's address. */
export async function listRooms(db: Querier, { domain, page }: RoomQuery): Promise<RoomPage> {
  const limit = Math.min(page.max ?? PAGE_MAX, PAGE_MAX)
  const rooms = await roomsOf()
  const first = rooms[0]?.jid ?? ''
  const counted = await db.query<{ count: number; index: number }>('rooms_count', COUNTS, [domain, first])
  return { rooms, count: counted.rows[0]?.count ?? 0, index: counted.rows[0]?.index ?? 0 }

  async function roomsOf(): Promise<readonly ListedRoom[]> {
    if (limit === 0) return []
    const backward = page.before !== undefined
    const params = backward ? [page.before, limit] : [page.after ?? '', page.index ?? 0, limit]
    const { rows } = await db.query<{ jid: string; name: string }>(
      backward ? 'rooms_before' : 'rooms_after',
      backward ? BACKWARD : FORWARD,
      [domain, ...params],
    )
    const found = rows.map(({ jid, name }) => ({ jid: jid as BareJid, name }))
    return backward ? found.reverse() : found
  }
}

const ALL = `SELECT jid, name, creator, extract(epoch FROM created_at)::float8 * 1000 AS created, listed, persistent, locked
  FROM rooms WHERE jid > $1 AND ($3::text IS NULL OR domain = $3) ORDER BY jid LIMIT $2`

/** All rooms after one, in the order of their addresses. */
export async function allRooms(db: Querier, after: string, max: number, domain?: Domain): Promise<KnownRoom[]> {
  const { rows } = await db.query<KnownRoom>('rooms_all', ALL, [after, max, domain ?? null])
  return rows
}
