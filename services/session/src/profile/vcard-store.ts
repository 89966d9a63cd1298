import type { Database } from '@heliograph/database'
import { type BareJid, domainOf } from '@heliograph/jid'
import type { VCard } from './read-vcard.ts'

export async function vcardOf(db: Database, owner: BareJid): Promise<string | undefined> {
  const { rows } = await db.query<{ xml: string }>('vcard_get', 'SELECT xml FROM vcards WHERE owner = $1', [owner])
  return rows[0]?.xml
}

export async function storeVCard(db: Database, owner: BareJid, { xml, photo, fields }: VCard): Promise<void> {
  await db.fencedQuery(
    'vcard_put',
    `INSERT INTO vcards (owner, domain, xml, photo, shown, first, last, nick, email)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (owner) DO UPDATE SET xml = EXCLUDED.xml, photo = EXCLUDED.photo, shown = EXCLUDED.shown,
       first = EXCLUDED.first, last = EXCLUDED.last, nick = EXCLUDED.nick, email = EXCLUDED.email
     RETURNING owner`,
    [owner, domainOf(owner), xml, photo, fields, ...fields.map((field) => field.toLowerCase())],
  )
}

export async function eraseVCard(db: Database, owner: BareJid): Promise<void> {
  await db.fencedQuery('vcard_erase', 'DELETE FROM vcards WHERE owner = $1 RETURNING owner', [owner])
}
