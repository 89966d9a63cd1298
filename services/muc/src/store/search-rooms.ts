import type { Querier } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import { configOfStored } from '../forms/stored-config.ts'
import type { FoundRoom, RoomSearch } from './room-store.ts'

/** What is searched of a room; fields that aren't wanted are empty. */
const TEXT = `lower(concat_ws(' ', CASE WHEN $3 THEN name END, CASE WHEN $4 THEN config->>'description' END,
  CASE WHEN $5 THEN split_part(jid, '@', 1) END))`

const FOUND = `domain = $1 AND listed AND NOT locked
  AND NOT EXISTS (SELECT FROM unnest($2::text[]) AS term WHERE strpos(${TEXT}, term) = 0)`

const FORWARD = `SELECT jid, name, config FROM rooms WHERE ${FOUND} AND jid > $6 ORDER BY jid LIMIT $7`
const BACKWARD = `SELECT jid, name, config FROM rooms WHERE ${FOUND} AND ($6 = '' OR jid < $6) ORDER BY jid DESC LIMIT $7`

/** Terms are looked for as they are: no text of a user is a pattern. */
export async function searchRooms(db: Querier, search: RoomSearch): Promise<FoundRoom[]> {
  const { domain, terms, inName, inDescription, inAddress, after, before, max } = search
  const backward = before !== undefined
  const { rows } = await db.query<{ jid: string; name: string; config: Record<string, unknown> }>(
    backward ? 'rooms_search_before' : 'rooms_search_after',
    backward ? BACKWARD : FORWARD,
    [domain, terms, inName, inDescription, inAddress, before ?? after, max],
  )
  const found = rows.map(({ jid, name, config }) => ({ jid: jid as BareJid, name, config: configOfStored(config) }))
  return backward ? found.reverse() : found
}
