import type { Querier } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import type { ListedRoom, RoomPage, RoomQuery } from './room-store.ts'

/** No page has more. */
export const PAGE_MAX = 100

const AMONG = 'domain = $1 AND ($2 OR listed) AND NOT locked'

const FORWARD = `SELECT jid, name FROM rooms WHERE ${AMONG} AND jid > $3 ORDER BY jid OFFSET $4 LIMIT $5`
const BACKWARD = `SELECT jid, name FROM rooms WHERE ${AMONG} AND ($3 = '' OR jid < $3) ORDER BY jid DESC LIMIT $4`
const COUNTS = `SELECT count(*)::int AS count, (count(*) FILTER (WHERE jid < $3))::int AS index FROM rooms WHERE ${AMONG}`

/** A page of a service's rooms by address (XEP-0059); an id is a room's address. */
export async function listRooms(db: Querier, { domain, all = false, page }: RoomQuery): Promise<RoomPage> {
  const limit = Math.min(page.max ?? PAGE_MAX, PAGE_MAX)
  const rooms = await roomsOf()
  const first = rooms[0]?.jid ?? ''
  const counted = await db.query<{ count: number; index: number }>('rooms_count', COUNTS, [domain, all, first])
  return { rooms, count: counted.rows[0]?.count ?? 0, index: counted.rows[0]?.index ?? 0 }

  async function roomsOf(): Promise<readonly ListedRoom[]> {
    if (limit === 0) return []
    const backward = page.before !== undefined
    const params = backward ? [page.before, limit] : [page.after ?? '', page.index ?? 0, limit]
    const { rows } = await db.query<{ jid: string; name: string }>(
      backward ? 'rooms_before' : 'rooms_after',
      backward ? BACKWARD : FORWARD,
      [domain, all, ...params],
    )
    const found = rows.map(({ jid, name }) => ({ jid: jid as BareJid, name }))
    return backward ? found.reverse() : found
  }
}
