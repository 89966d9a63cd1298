import type { Database } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import { escapeAttribute } from '@heliograph/xml'
import type { SaidMessage, StoredMessage } from './row.ts'

/** Messages of a conversation among which one is looked for, from the newest on. */
const LOOKED_THROUGH = 5_000
const CANDIDATES = 8

/** One side of a conversation in an archive, before a message of it. */
export interface Side {
  readonly owner: BareJid
  readonly peer: BareJid
  readonly outgoing: boolean
  readonly before: number
}

/** What may be the message whose `id` attribute is that, newest first: it is in the text, wherever. */
export async function candidates(db: Database, side: Side, messageId: string): Promise<StoredMessage[]> {
  const { rows } = await db.query<{ id: string; stanza: string }>(
    'archive_by_message_id',
    `SELECT id, stanza FROM (SELECT id, stanza FROM archive
       WHERE owner = $1 AND peer = $2 AND outgoing = $3 AND id < $4 AND NOT transient
         AND hashtextextended(peer, hashtextextended(owner, 0)) = hashtextextended($2, hashtextextended($1, 0))
       ORDER BY id DESC LIMIT ${LOOKED_THROUGH}) AS recent
     WHERE position($5 IN stanza) > 0 ORDER BY id DESC LIMIT ${CANDIDATES}`,
    [side.owner, side.peer, side.outgoing, side.before, `id='${escapeAttribute(messageId)}'`],
  )
  return rows.map(({ id, stanza }) => ({ id: Number(id), stanza }))
}

/** What is in an archive under an id, whoever may see it. */
export async function storedUnder(db: Database, owner: BareJid, id: number): Promise<SaidMessage | undefined> {
  const { rows } = await db.query<Omit<SaidMessage, 'id'>>(
    'archive_stored',
    'SELECT stanza, author FROM archive WHERE owner = $1 AND id = $2',
    [owner, id],
  )
  return rows[0] && { ...rows[0], id }
}

/** Puts another message into the place of one; its id and time stay (XEP-0313 §3.2). */
export async function replaceStored(db: Database, owner: BareJid, id: number, stanza: string): Promise<void> {
  const sql = 'UPDATE archive SET stanza = $3 WHERE owner = $1 AND id = $2 RETURNING id'
  await db.fencedQuery('archive_replace', sql, [owner, id, stanza])
}
