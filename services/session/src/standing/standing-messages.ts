import type { Migration, Querier } from '@heliograph/database'
import { type BareJid, type Domain, trusted } from '@heliograph/jid'

export const standingMigrations: readonly Migration[] = [
  {
    id: '0170_standing_messages',
    sql: `
      CREATE TABLE standing_messages (
        domain text NOT NULL,
        kind   text NOT NULL,
        id     bigint NOT NULL,
        text   text NOT NULL,
        since  timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (domain, kind)
      );
      CREATE TABLE standing_messages_had (
        jid    text COLLATE "C" NOT NULL,
        kind   text NOT NULL,
        id     bigint NOT NULL,
        PRIMARY KEY (jid, kind)
      );
    `,
  },
]

/** `motd`: for everybody, once. `welcome`: for those whose account is younger than it, at their first login. */
export type StandingKind = 'motd' | 'welcome'

export interface StandingMessage {
  readonly domain: Domain
  readonly kind: StandingKind
  /** Another when it was set anew. */
  readonly id: string
  readonly text: string
}

const REFRESH_MS = 60_000
const COLUMNS = 'domain, kind, id::text AS id, text'
const NEW_ID = '(extract(epoch FROM clock_timestamp()) * 1000000)::bigint'

/** What administrators want users told when they log in. Known in memory: where nothing is set nobody pays for it. */
export class StandingMessages {
  readonly #db: Querier
  readonly #onChange: () => void
  readonly #now: () => number
  #all: readonly StandingMessage[] = []
  #read = 0

  private constructor(db: Querier, onChange: () => void, now: () => number) {
    this.#db = db
    this.#onChange = onChange
    this.#now = now
  }

  /** @param onChange told after each change made here; other instances have to {@link reload} */
  static async open(
    db: Querier,
    onChange: () => void,
    now: () => number = () => performance.now(),
  ): Promise<StandingMessages> {
    const messages = new StandingMessages(db, onChange, now)
    await messages.reload()
    return messages
  }

  /** From memory. */
  of(domain: Domain): readonly StandingMessage[] {
    return this.#all.length === 0 ? this.#all : this.#all.filter((message) => message.domain === domain)
  }

  /** Whether an announcement of a change may have got lost since it was read. */
  get stale(): boolean {
    return this.#now() - this.#read > REFRESH_MS
  }

  async reload(): Promise<void> {
    this.#read = this.#now()
    const { rows } = await this.#db.query<StandingMessage>('standing_all', `SELECT ${COLUMNS} FROM standing_messages`)
    this.#all = rows
  }

  async read(domain: Domain, kind: StandingKind): Promise<StandingMessage | undefined> {
    await this.reload()
    return this.#all.find((message) => message.domain === domain && message.kind === kind)
  }

  /** In place of the one there was; everybody gets it. */
  async set(domain: Domain, kind: StandingKind, text: string): Promise<void> {
    const sql = `INSERT INTO standing_messages (domain, kind, id, text) VALUES ($1, $2, ${NEW_ID}, $3)
      ON CONFLICT (domain, kind) DO UPDATE SET (id, text, since) = (EXCLUDED.id, EXCLUDED.text, now())`
    await this.#db.query('standing_set', sql, [domain, kind, text])
    await this.#changed()
  }

  /** Who has had it doesn't get it again. @returns false when there is none */
  async edit(domain: Domain, kind: StandingKind, text: string): Promise<boolean> {
    const sql = 'UPDATE standing_messages SET text = $3 WHERE domain = $1 AND kind = $2'
    const { count } = await this.#db.query('standing_edit', sql, [domain, kind, text])
    await this.#changed()
    return count > 0
  }

  /** @returns false when there was none */
  async remove(domain: Domain, kind: StandingKind): Promise<boolean> {
    const sql = 'DELETE FROM standing_messages WHERE domain = $1 AND kind = $2'
    const { count } = await this.#db.query('standing_remove', sql, [domain, kind])
    await this.#changed()
    return count > 0
  }

  /** Notes that users get the message; resolves those who haven't had it, and are to. Each user is among them once. */
  async claim({ domain, kind, id }: StandingMessage, jids: readonly BareJid[]): Promise<BareJid[]> {
    const sql = `INSERT INTO standing_messages_had (jid, kind, id)
      SELECT a.jid, m.kind, m.id FROM accounts a, standing_messages m
      WHERE a.jid = ANY($1) AND m.domain = $2 AND m.kind = $3 AND m.id = $4
        AND (m.kind <> 'welcome' OR a.created_at >= m.since) ORDER BY a.jid
      ON CONFLICT (jid, kind) DO UPDATE SET id = EXCLUDED.id
        WHERE standing_messages_had.id <> EXCLUDED.id AND standing_messages_had.kind <> 'welcome'
      RETURNING jid`
    const { rows } = await this.#db.query<{ jid: string }>('standing_claim', sql, [jids, domain, kind, id])
    return rows.map(({ jid }) => trusted<BareJid>(jid))
  }

  async erase(jid: BareJid): Promise<void> {
    await this.#db.query('standing_erase', 'DELETE FROM standing_messages_had WHERE jid = $1', [jid])
  }

  async #changed(): Promise<void> {
    await this.reload()
    this.#onChange()
  }
}
