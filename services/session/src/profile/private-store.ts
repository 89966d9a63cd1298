import type { Database } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'

/** What one account may keep; further elements are refused. */
const ELEMENTS_MAX = 128
const BYTES_MAX = 1_048_576

class TooMuch extends Error {
  override readonly name = 'TooMuch'
}

export async function readPrivate(db: Database, owner: BareJid, name: string): Promise<string | undefined> {
  const sql = 'SELECT xml FROM private_xml WHERE owner = $1 AND name = $2'
  const { rows } = await db.query<{ xml: string }>('private_get', sql, [owner, name])
  return rows[0]?.xml
}

/** Stores all of them, by Clark name, or none. @returns false when that would be more than an account may keep */
export async function writePrivate(
  db: Database,
  owner: BareJid,
  elements: ReadonlyMap<string, string>,
): Promise<boolean> {
  try {
    await db.fencedWrite(async (tx) => {
      await tx.query(
        'private_put',
        `INSERT INTO private_xml (owner, name, xml) SELECT $1, * FROM unnest($2::text[], $3::text[])
         ON CONFLICT (owner, name) DO UPDATE SET xml = EXCLUDED.xml`,
        [owner, [...elements.keys()], [...elements.values()]],
      )
      const { rows } = await tx.query<{ fits: boolean }>(
        'private_fits',
        'SELECT count(*) <= $2 AND sum(octet_length(xml)) <= $3 AS fits FROM private_xml WHERE owner = $1',
        [owner, ELEMENTS_MAX, BYTES_MAX],
      )
      if (rows[0]?.fits !== true) throw new TooMuch()
    })
    return true
  } catch (error) {
    if (error instanceof TooMuch) return false
    throw error
  }
}

export async function erasePrivate(db: Database, owner: BareJid): Promise<void> {
  await db.fencedQuery('private_erase', 'DELETE FROM private_xml WHERE owner = $1 RETURNING owner', [owner])
}
