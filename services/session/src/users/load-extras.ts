import type { Querier } from '@heliograph/database'
import type { BareJid, Jid } from '@heliograph/jid'
import { BlockList } from '../blocking/block-list.ts'

/** What few users have, in one query. */
export interface Extras {
  readonly blocked: BlockList | undefined
}

interface Row {
  blocked: Jid[] | null
}

export async function loadExtras(db: Querier, jid: BareJid): Promise<Extras> {
  const { rows } = await db.query<Row>(
    'user_extras',
    'SELECT (SELECT jids FROM block_lists WHERE owner = $1) AS blocked',
    [jid],
  )
  const blocked = rows[0]?.blocked ?? []
  return { blocked: blocked.length > 0 ? new BlockList(jid, blocked) : undefined }
}
