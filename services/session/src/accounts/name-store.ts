import type { Querier } from '@heliograph/database'
import { type BareJid, domainOf, type Jid, localOf } from '@heliograph/jid'

/** Why nobody may have a name now. */
export interface NameFacts {
  readonly taken: boolean
  /** An account of that name was removed lately. */
  readonly removed: boolean
  /** It looks like the name of an account, or one of those that nobody may have. */
  readonly similar: boolean
}

/** What is known of a name that somebody wants to register. */
export async function nameFacts(
  db: Querier,
  jid: BareJid,
  { keepRemovedDays, reserved }: { readonly keepRemovedDays: number; readonly reserved: readonly string[] },
): Promise<NameFacts> {
  const sql = `SELECT EXISTS (SELECT FROM accounts WHERE jid = $1) AS taken,
      EXISTS (SELECT FROM removed_accounts WHERE jid = $1 AND removed_at > now() - make_interval(days => $4)) AS removed,
      EXISTS (SELECT FROM accounts WHERE domain = $2
        AND account_skeleton(split_part(jid, '@', 1)) = account_skeleton($3)) OR
      EXISTS (SELECT FROM unnest($5::text[]) AS name WHERE account_skeleton(name) = account_skeleton($3)) AS similar`
  const params = [jid, domainOf(jid as Jid), localOf(jid as Jid), keepRemovedDays, reserved]
  const { rows } = await db.query<NameFacts>('name_facts', sql, params)
  return rows[0]!
}
