import type { Database, Migration } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'

export const lastActivityMigrations: readonly Migration[] = [
  {
    id: '0130_last_activity',
    sql: `
      CREATE TABLE last_activity (
        jid    text COLLATE "C" PRIMARY KEY,
        at     timestamptz NOT NULL,
        status text        NOT NULL
      );
    `,
  },
]

/** When users were last available, and what they said on leaving (XEP-0012 §4). */
export class LastActivity {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async left(jid: BareJid, status: string): Promise<void> {
    await this.#db.fencedQuery(
      'last_activity_left',
      `INSERT INTO last_activity (jid, at, status) VALUES ($1, now(), $2)
       ON CONFLICT (jid) DO UPDATE SET at = now(), status = EXCLUDED.status RETURNING jid`,
      [jid, status],
    )
  }

  async of(jid: BareJid): Promise<{ readonly at: Date; readonly status: string } | undefined> {
    const { rows } = await this.#db.query<{ at: Date; status: string }>(
      'last_activity_of',
      'SELECT at, status FROM last_activity WHERE jid = $1',
      [jid],
    )
    return rows[0]
  }

  async erase(jid: BareJid): Promise<void> {
    await this.#db.fencedQuery('last_activity_erase', 'DELETE FROM last_activity WHERE jid = $1 RETURNING jid', [jid])
  }
}
