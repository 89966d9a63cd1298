import type { Database } from '@heliograph/database'
import type { BareJid, Domain } from '@heliograph/jid'

export const SEARCH_FIELDS = ['first', 'last', 'nick', 'email'] as const
export type SearchField = (typeof SEARCH_FIELDS)[number]

/** Users in one answer. */
const FOUND_MAX = 50

/** A user whose vCard fits. */
export interface Found {
  readonly jid: BareJid
  /** The fields as written in the vCard, in the order of {@link SEARCH_FIELDS}. */
  readonly shown: readonly string[]
}

export interface Search {
  readonly domain: Domain
  readonly asker: BareJid
  /** Beginnings of fields, all of which must fit, whatever the case. */
  readonly wanted: ReadonlyMap<SearchField, string>
}

/** Users of a domain by their vCards, at most 50. Those who block the asker aren't found (XEP-0191 §4). */
export async function searchUsers(db: Database, { domain, asker, wanted }: Search): Promise<Found[]> {
  const patterns = SEARCH_FIELDS.map((field) => patternOf(wanted.get(field)))
  const { rows } = await db.query<{ owner: BareJid; shown: string[] }>(
    'vcard_search',
    `SELECT owner, shown FROM vcards v
     WHERE domain = $1
       AND ($2::text IS NULL OR first LIKE $2) AND ($3::text IS NULL OR last LIKE $3)
       AND ($4::text IS NULL OR nick LIKE $4) AND ($5::text IS NULL OR email LIKE $5)
       AND NOT EXISTS (SELECT 1 FROM block_lists b WHERE b.owner = v.owner AND b.jids && $6::text[])
     ORDER BY owner LIMIT $7`,
    [domain, ...patterns, [asker, asker.slice(asker.indexOf('@') + 1)], FOUND_MAX],
  )
  return rows.map(({ owner, shown }) => ({ jid: owner, shown }))
}

/** A LIKE pattern of what begins so. */
export function patternOf(beginning: string | undefined): string | null {
  if (beginning === undefined) return null
  return `${beginning.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`
}
