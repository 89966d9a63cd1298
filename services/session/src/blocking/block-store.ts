import type { Database, Migration } from '@heliograph/database'
import type { BareJid, Jid } from '@heliograph/jid'

export const blockingMigrations: readonly Migration[] = [
  {
    id: '0141_abuse_reports',
    sql: `
      CREATE TABLE abuse_reports (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at         timestamptz NOT NULL DEFAULT now(),
        reporter   text COLLATE "C" NOT NULL,
        reported   text    NOT NULL,
        reason     text    NOT NULL,
        words      text    NOT NULL,
        stanza_ids text[]  NOT NULL,
        to_origin  boolean NOT NULL,
        to_others  boolean NOT NULL
      );
      CREATE INDEX abuse_reports_reporter ON abuse_reports (reporter, at);
      CREATE INDEX abuse_reports_at ON abuse_reports (at);
    `,
  },
]

export async function storeBlockList(db: Database, owner: BareJid, jids: readonly Jid[]): Promise<void> {
  await db.fencedQuery(
    'block_list_put',
    `INSERT INTO block_lists (owner, jids) VALUES ($1, $2)
     ON CONFLICT (owner) DO UPDATE SET jids = EXCLUDED.jids RETURNING owner`,
    [owner, jids],
  )
}

export async function eraseBlockList(db: Database, owner: BareJid): Promise<void> {
  await db.fencedQuery('block_list_erase', 'DELETE FROM block_lists WHERE owner = $1 RETURNING owner', [owner])
}
