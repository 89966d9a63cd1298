import type { Querier } from '@heliograph/database'
import type { BareJid, Jid } from '@heliograph/jid'
import { BlockList } from '../blocking/block-list.ts'
import { PUSH_OF_OWNER, type StoredPush } from '../push/push-store.ts'

/** What few users have, in one query. */
export interface Extras {
  readonly blocked: BlockList | undefined
  /** Hash of the avatar. */
  readonly avatar: string | undefined
  readonly push: StoredPush | undefined
}

interface Row {
  blocked: Jid[] | null
  avatar: string | null
  push: StoredPush | null
}

export async function loadExtras(db: Querier, jid: BareJid): Promise<Extras> {
  const { rows } = await db.query<Row>(
    'user_extras',
    `SELECT (SELECT jids FROM block_lists WHERE owner = $1) AS blocked,
       (SELECT photo FROM vcards WHERE owner = $1) AS avatar,
       ${PUSH_OF_OWNER} AS push`,
    [jid],
  )
  const { blocked, avatar, push } = rows[0]!
  return {
    blocked: blocked && blocked.length > 0 ? new BlockList(jid, blocked) : undefined,
    avatar: avatar || undefined,
    push: push ?? undefined,
  }
}
