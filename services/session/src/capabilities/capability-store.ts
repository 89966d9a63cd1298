import type { Database, Migration } from '@heliograph/database'

/** What was verified, whoever advertised it. Nothing of a user: it needs no owner and no fence. */
export const capabilityMigrations: readonly Migration[] = [
  {
    id: '0150_client_capabilities',
    sql: `
      CREATE TABLE client_capabilities (
        key      text COLLATE "C" PRIMARY KEY,
        features text[]      NOT NULL,
        seen_at  timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX client_capabilities_seen ON client_capabilities (seen_at);
    `,
  },
]

/** Software whose users were last seen longest ago makes room. */
const KEPT = 5_000
const PRUNE_EVERY = 100

/** What all instances know of clients' capabilities. */
export class CapabilityStore {
  readonly #db: Database
  #added = 0

  constructor(db: Database) {
    this.#db = db
  }

  async find(key: string): Promise<readonly string[] | undefined> {
    const { rows } = await this.#db.query<{ features: string[]; stale: boolean }>(
      'capabilities_find',
      `SELECT features, seen_at < now() - interval '1 day' AS stale FROM client_capabilities WHERE key = $1`,
      [key],
    )
    if (rows[0]?.stale)
      await this.#db.query('capabilities_seen', 'UPDATE client_capabilities SET seen_at = now() WHERE key = $1', [key])
    return rows[0]?.features
  }

  async add(key: string, features: readonly string[]): Promise<void> {
    await this.#db.query(
      'capabilities_add',
      'INSERT INTO client_capabilities (key, features) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [key, features],
    )
    if (this.#added++ % PRUNE_EVERY === 0) await this.#prune()
  }

  async #prune(): Promise<void> {
    await this.#db.query(
      'capabilities_prune',
      `DELETE FROM client_capabilities WHERE key IN
         (SELECT key FROM client_capabilities ORDER BY seen_at DESC OFFSET $1)`,
      [KEPT],
    )
  }
}
