import type { Database, Querier } from '@heliograph/database'
import { NOTE_DEPARTED } from '@heliograph/departures'
import { type BareJid, type Domain, domainOf, trusted } from '@heliograph/jid'
import type { ScramHash, ScramKeys } from '@heliograph/sasl'

export interface StoredAccount {
  readonly jid: BareJid
  readonly createdAt: Date
  readonly disabled: boolean
}

export interface StoredKeys {
  readonly keys: ScramKeys
  readonly disabled: boolean
}

interface KeyRow {
  iterations: number
  salt: Buffer
  stored_key: Buffer
  server_key: Buffer
  disabled: boolean
}

interface Room {
  taken: boolean
  count: number
}

const ROOM = `SELECT EXISTS (SELECT 1 FROM accounts WHERE jid = $1) AS taken,
  (SELECT count(*)::integer FROM accounts WHERE domain = $2) AS count`
const KEY_ROWS = 'unnest($2::text[], $3::int[], $4::bytea[], $5::bytea[], $6::bytea[])'
const KEY_COLUMNS = '(jid, hash, iterations, salt, stored_key, server_key)'

/** What became of an account that was to be made; `full`: its domain has as many as it may have. */
export type Insertion = 'made' | 'not made' | 'full'

/** The SQL of accounts; knows nothing of passwords. */
export class AccountStore {
  readonly #db: Pick<Database, 'query' | 'transaction'>
  readonly #mostIn: (domain: Domain) => number | undefined

  /** @param mostIn how many accounts a domain may have; undefined: any number */
  constructor(
    db: Pick<Database, 'query' | 'transaction'>,
    mostIn: (domain: Domain) => number | undefined = () => undefined,
  ) {
    this.#db = db
    this.#mostIn = mostIn
  }

  /** Not made when the account exists already. */
  insert(jid: BareJid, keys: readonly ScramKeys[]): Promise<Insertion> {
    const sql = `WITH made AS (
        INSERT INTO accounts (jid, domain) VALUES ($1, $7) ON CONFLICT DO NOTHING RETURNING jid)
      INSERT INTO account_scram ${KEY_COLUMNS} SELECT made.jid, k.* FROM made, ${KEY_ROWS} AS k`
    return this.#insert(jid, 'account_insert', sql, [jid, ...columns(keys), domainOf(jid)])
  }

  /** An account that nobody has a password of. Not made when it exists already. */
  insertBare(jid: BareJid): Promise<Insertion> {
    const sql = 'INSERT INTO accounts (jid, domain) VALUES ($1, $2) ON CONFLICT DO NOTHING'
    return this.#insert(jid, 'account_insert_bare', sql, [jid, domainOf(jid)])
  }

  async standing(jid: BareJid): Promise<'unknown' | 'disabled' | 'good'> {
    const sql = 'SELECT disabled_at IS NOT NULL AS disabled FROM accounts WHERE jid = $1'
    const { rows } = await this.#db.query<{ disabled: boolean }>('account_standing', sql, [jid])
    if (rows[0] === undefined) return 'unknown'
    return rows[0].disabled ? 'disabled' : 'good'
  }

  /**
   * The same with an invitation that nobody has used, which is used up when the account is made, and only then.
   * Not made when the account exists already, or there is no such invitation.
   */
  insertInvited(jid: BareJid, keys: readonly ScramKeys[], invite: Buffer): Promise<Insertion> {
    const sql = `WITH invite AS MATERIALIZED (
        SELECT number FROM invites
        WHERE hash = $8 AND registers AND used_by IS NULL AND (account IS NULL OR account = $1) FOR UPDATE),
      made AS (
        INSERT INTO accounts (jid, domain) SELECT $1, $7 FROM invite ON CONFLICT DO NOTHING RETURNING jid),
      used AS (
        UPDATE invites SET used_by = made.jid, used_at = now() FROM made WHERE invites.hash = $8)
      INSERT INTO account_scram ${KEY_COLUMNS} SELECT made.jid, k.* FROM made, ${KEY_ROWS} AS k`
    return this.#insert(jid, 'account_insert_invited', sql, [jid, ...columns(keys), domainOf(jid), invite])
  }

  /** Where the domain has a limit, accounts are made one after the other, so that each counts those before it, of all instances. */
  async #insert(jid: BareJid, name: string, sql: string, params: readonly unknown[]): Promise<Insertion> {
    const domain = domainOf(jid)
    const most = this.#mostIn(domain)
    const insert = async (db: Querier): Promise<Insertion> =>
      (await db.query(name, sql, params)).count > 0 ? 'made' : 'not made'
    if (most === undefined) return insert(this.#db)
    return this.#db.transaction(async (tx) => {
      await tx.query('account_domain_lock', 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
        `accounts of ${domain}`,
      ])
      const { rows } = await tx.query<Room>('account_domain_room', ROOM, [jid, domain])
      // Whose name is taken hears that first.
      if (rows[0]!.taken || rows[0]!.count < most) return insert(tx)
      return 'full'
    })
  }

  /**
   * Replaces the keys of an account. Another password, of which these would be, ends all tokens, too.
   * @param proven only while these are still its keys for their hash
   * @returns false when nothing was replaced
   */
  async replaceKeys(
    jid: BareJid,
    keys: readonly ScramKeys[],
    proven?: Pick<ScramKeys, 'hash' | 'storedKey'>,
  ): Promise<boolean> {
    const unchanged = 'EXISTS (SELECT 1 FROM account_scram WHERE jid = $1 AND hash = $7 AND stored_key = $8)'
    const sql = `WITH ended AS (DELETE FROM account_tokens WHERE jid = $1 AND $7::text IS NULL)
      INSERT INTO account_scram ${KEY_COLUMNS}
      SELECT accounts.jid, k.* FROM accounts, ${KEY_ROWS} AS k
      WHERE accounts.jid = $1 AND ($7::text IS NULL OR ${unchanged})
      ON CONFLICT (jid, hash) DO UPDATE SET (iterations, salt, stored_key, server_key) =
        (EXCLUDED.iterations, EXCLUDED.salt, EXCLUDED.stored_key, EXCLUDED.server_key)
      -- The password may have been changed since the condition above was read: its keys stay.
      WHERE $7::text IS NULL OR account_scram.iterations < EXCLUDED.iterations`
    const condition = [proven?.hash ?? null, proven?.storedKey ?? null]
    const { count } = await this.#db.query('account_keys_replace', sql, [jid, ...columns(keys), ...condition])
    return count > 0
  }

  /** Keeps the present key of a hash among the last `most` former ones. */
  async keepFormer(jid: BareJid, hash: ScramHash, most: number): Promise<void> {
    const sql = `WITH kept AS (
        INSERT INTO account_former_scram (jid, iterations, salt, stored_key)
        SELECT jid, iterations, salt, stored_key FROM account_scram WHERE jid = $1 AND hash = $2 AND $3 > 0)
      DELETE FROM account_former_scram WHERE jid = $1 AND number NOT IN (
        SELECT number FROM account_former_scram WHERE jid = $1 ORDER BY number DESC LIMIT greatest($3 - 1, 0))`
    await this.#db.query('account_keep_former', sql, [jid, hash, most])
  }

  /** The former keys of that hash, newest first, at most so many. */
  async formerKeys(jid: BareJid, hash: ScramHash, most: number): Promise<ScramKeys[]> {
    const sql = `SELECT iterations, salt, stored_key, ''::bytea AS server_key FROM account_former_scram
      WHERE jid = $1 ORDER BY number DESC LIMIT $2`
    const { rows } = await this.#db.query<KeyRow>('account_former_keys', sql, [jid, most])
    return rows.map((row) => ({ hash, iterations: row.iterations, ...detached(row) }))
  }

  async keys(jid: BareJid, hash: ScramHash): Promise<StoredKeys | undefined> {
    const sql = `SELECT s.iterations, s.salt, s.stored_key, s.server_key, a.disabled_at IS NOT NULL AS disabled
      FROM account_scram s JOIN accounts a USING (jid) WHERE s.jid = $1 AND s.hash = $2`
    const { rows } = await this.#db.query<KeyRow>('account_keys', sql, [jid, hash])
    const row = rows[0]
    if (row === undefined) return undefined
    const { iterations, disabled } = row
    return { keys: { hash, iterations, ...detached(row) }, disabled }
  }

  /** Which keys there are. */
  async keysAtHand(jid: BareJid): Promise<Pick<ScramKeys, 'hash' | 'iterations' | 'storedKey'>[]> {
    const sql = 'SELECT hash, iterations, stored_key FROM account_scram WHERE jid = $1'
    type Row = { hash: ScramHash; iterations: number; stored_key: Buffer }
    const { rows } = await this.#db.query<Row>('account_keys_at_hand', sql, [jid])
    return rows.map(({ hash, iterations, stored_key }) => ({ hash, iterations, storedKey: stored_key }))
  }

  async exists(jid: BareJid): Promise<boolean> {
    const { count } = await this.#db.query('account_exists', 'SELECT 1 FROM accounts WHERE jid = $1', [jid])
    return count > 0
  }

  /**
   * Remembers for so many days that there was such an account, 0: not at all. What has been remembered for longer is forgotten.
   * @returns false when there was none
   */
  async delete(jid: BareJid, keepRemovedDays: number): Promise<boolean> {
    const sql = `WITH gone AS (DELETE FROM accounts WHERE jid = $1 RETURNING jid),
        forgotten AS (DELETE FROM removed_accounts WHERE jid <> $1 AND removed_at <= now() - make_interval(days => $2)),
        kept AS (
          INSERT INTO removed_accounts (jid) SELECT jid FROM gone WHERE $2 > 0
          ON CONFLICT (jid) DO UPDATE SET removed_at = now()),
        ${NOTE_DEPARTED}
      SELECT jid FROM gone`
    const { count } = await this.#db.query('account_delete', sql, [jid, keepRemovedDays])
    return count > 0
  }

  /** Ends all tokens of an account that is disabled. @returns false when there is none, or it was so already */
  async setDisabled(jid: BareJid, disabled: boolean): Promise<boolean> {
    const sql = `WITH ended AS (DELETE FROM account_tokens WHERE jid = $1 AND $2)
      UPDATE accounts SET disabled_at = CASE WHEN $2 THEN now() END
      WHERE jid = $1 AND (disabled_at IS NOT NULL) <> $2`
    const { count } = await this.#db.query('account_disable', sql, [jid, disabled])
    return count > 0
  }

  /** How many accounts a domain has; with `disabled`, of those that are or aren't. */
  async count(domain: Domain, disabled?: boolean): Promise<number> {
    const sql = `SELECT count(*)::integer AS count FROM accounts
      WHERE domain = $1 AND ($2::boolean IS NULL OR (disabled_at IS NOT NULL) = $2)`
    const { rows } = await this.#db.query<{ count: number }>('account_count', sql, [domain, disabled ?? null])
    return rows[0]?.count ?? 0
  }

  /** Accounts in the byte order of their addresses, from after `after` on. */
  async list(domain: Domain | undefined, after: string, max: number, disabled?: boolean): Promise<StoredAccount[]> {
    const sql = `SELECT jid, created_at, disabled_at IS NOT NULL AS disabled FROM accounts
      WHERE ($1::text IS NULL OR domain = $1) AND jid > $2
        AND ($4::boolean IS NULL OR (disabled_at IS NOT NULL) = $4) ORDER BY jid LIMIT $3`
    type Row = { jid: string; created_at: Date; disabled: boolean }
    const { rows } = await this.#db.query<Row>('account_list', sql, [domain ?? null, after, max, disabled ?? null])
    return rows.map((row) => ({
      jid: trusted<BareJid>(row.jid),
      createdAt: row.created_at,
      disabled: row.disabled,
    }))
  }

  /** The secret that all instances share: the one offered, unless there is one already. */
  async secret(offered: Buffer): Promise<Buffer> {
    const insert = 'INSERT INTO account_secret (secret) VALUES ($1) ON CONFLICT DO NOTHING'
    await this.#db.query('account_secret_insert', insert, [offered])
    const select = 'SELECT secret FROM account_secret'
    const { rows } = await this.#db.query<{ secret: Buffer }>('account_secret', select)
    if (rows[0] === undefined) throw new Error('the secret of accounts was removed while it was read')
    return rows[0].secret
  }
}

/** Copies in memory of their own: keys are remembered, and as pieces of Node's pool they would keep the whole of it. */
function detached(row: KeyRow): Pick<ScramKeys, 'salt' | 'storedKey' | 'serverKey'> {
  const { salt, stored_key: storedKey, server_key: serverKey } = row
  const all = Buffer.allocUnsafeSlow(salt.length + storedKey.length + serverKey.length)
  const keysAt = salt.copy(all)
  const serverAt = keysAt + storedKey.copy(all, keysAt)
  serverKey.copy(all, serverAt)
  return { salt: all.subarray(0, keysAt), storedKey: all.subarray(keysAt, serverAt), serverKey: all.subarray(serverAt) }
}

/** The keys as parameters 2 to 6: one array a column. */
function columns(keys: readonly ScramKeys[]): unknown[] {
  return [
    keys.map((key) => key.hash),
    keys.map((key) => key.iterations),
    keys.map((key) => key.salt),
    keys.map((key) => key.storedKey),
    keys.map((key) => key.serverKey),
  ]
}
