import type { Querier } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import type { ClientAgent } from '@heliograph/sasl'

/** What is stored of a token: not the token. */
export interface StoredToken {
  readonly fresh: boolean
  readonly mechanism: string
  readonly seed: Buffer
  /** The highest count that was used, -1 for none. */
  readonly count: number
  readonly expired: boolean
  /** Issued longer ago than a token should be in use. */
  readonly due: boolean
  /** Its account is. */
  readonly disabled: boolean
}

/** One installation of a client of an account. */
export interface Holder {
  readonly jid: BareJid
  readonly client: string
}

/** An installation of a client that may come back without the password. */
export interface TokenClient extends ClientAgent {
  readonly client: string
  /** When its newest token was issued, and until when that is good. */
  readonly issued: Date
  readonly expires: Date
}

/** Clients of an account that may have tokens; those that had theirs issued longest ago give way. */
const MOST_CLIENTS = 32

/** The SQL of tokens. */
export class TokenStore {
  readonly #db: Querier

  constructor(db: Querier) {
    this.#db = db
  }

  /** The tokens of a client, the one that wasn't used yet first. */
  async of({ jid, client }: Holder, dueAfterSeconds: number): Promise<StoredToken[]> {
    const sql = `SELECT t.fresh, t.mechanism, t.seed, t.count, t.expires_at <= now() AS expired,
        t.issued_at <= now() - make_interval(secs => $3) AS due, a.disabled_at IS NOT NULL AS disabled
      FROM account_tokens t JOIN accounts a USING (jid) WHERE t.jid = $1 AND t.client = $2 ORDER BY t.fresh DESC`
    type Row = Omit<StoredToken, 'count'> & { count: string }
    const { rows } = await this.#db.query<Row>('token_read', sql, [jid, client, dueAfterSeconds])
    return rows.map((row) => ({ ...row, count: Number(row.count) }))
  }

  /** Puts a new token beside the one in use, in the place of one that was never used. @returns false when there is no such account */
  async add(
    { jid, client }: Holder,
    token: ClientAgent & { readonly mechanism: string; readonly seed: Buffer; readonly expires: Date },
  ): Promise<boolean> {
    const sql = `WITH gone AS (
        DELETE FROM account_tokens WHERE jid = $1 AND client <> $2 AND (expires_at <= now() OR client IN (
          SELECT client FROM account_tokens WHERE jid = $1 AND client <> $2
          GROUP BY client ORDER BY max(issued_at) DESC OFFSET $6)))
      INSERT INTO account_tokens (jid, client, fresh, mechanism, seed, expires_at, software, device)
      SELECT jid, $2, true, $3, $4, $5, $7, $8 FROM accounts WHERE jid = $1 AND disabled_at IS NULL
      ON CONFLICT (jid, client, fresh) DO UPDATE SET (mechanism, seed, expires_at, software, device, issued_at, count) =
        (EXCLUDED.mechanism, EXCLUDED.seed, EXCLUDED.expires_at, EXCLUDED.software, EXCLUDED.device, now(), -1)`
    const { mechanism, seed, expires, software, device } = token
    const values = [jid, client, mechanism, seed, expires, MOST_CLIENTS - 1, software, device]
    const { count } = await this.#db.query('token_add', sql, values)
    return count > 0
  }

  /** A token that wasn't used before is, and is the only one from now on. @returns false when it isn't there any more */
  async promote({ jid, client }: Holder, seed: Buffer, used: number): Promise<boolean> {
    const sql = `WITH taken AS (
        DELETE FROM account_tokens WHERE jid = $1 AND client = $2 AND fresh AND seed = $3 RETURNING *)
      INSERT INTO account_tokens (jid, client, fresh, mechanism, seed, count, issued_at, expires_at, software, device)
      SELECT jid, client, false, mechanism, seed, $4, issued_at, expires_at, software, device FROM taken
      ON CONFLICT (jid, client, fresh) DO UPDATE SET
        (mechanism, seed, count, issued_at, expires_at, software, device) = (EXCLUDED.mechanism, EXCLUDED.seed,
          EXCLUDED.count, EXCLUDED.issued_at, EXCLUDED.expires_at, EXCLUDED.software, EXCLUDED.device)`
    const { count } = await this.#db.query('token_promote', sql, [jid, client, seed, used])
    return count > 0
  }

  /** @returns false when that count, or a higher one, was used already */
  async counted({ jid, client }: Holder, seed: Buffer, used: number): Promise<boolean> {
    const sql = `UPDATE account_tokens SET count = $4
      WHERE jid = $1 AND client = $2 AND NOT fresh AND seed = $3 AND count < $4`
    const { count } = await this.#db.query('token_count', sql, [jid, client, seed, used])
    return count > 0
  }

  /** Those that have a token which is good, by the age of that; at most {@link MOST_CLIENTS}. */
  async clients(jid: BareJid): Promise<TokenClient[]> {
    const sql = `SELECT client, software, device, issued_at AS issued, expires_at AS expires FROM (
        SELECT DISTINCT ON (client) * FROM account_tokens WHERE jid = $1 AND expires_at > now()
        ORDER BY client, issued_at DESC) AS newest ORDER BY issued_at DESC`
    const { rows } = await this.#db.query<TokenClient>('token_clients', sql, [jid])
    return rows
  }

  /** @returns false when it had none */
  async removeAll({ jid, client }: Holder): Promise<boolean> {
    const sql = 'DELETE FROM account_tokens WHERE jid = $1 AND client = $2'
    const { count } = await this.#db.query('token_remove_all', sql, [jid, client])
    return count > 0
  }

  /** @returns false when the token isn't there any more */
  async remove({ jid, client }: Holder, seed: Buffer): Promise<boolean> {
    const sql = `DELETE FROM account_tokens WHERE jid = $1 AND client = $2
      AND EXISTS (SELECT 1 FROM account_tokens WHERE jid = $1 AND client = $2 AND seed = $3)`
    const { count } = await this.#db.query('token_remove', sql, [jid, client, seed])
    return count > 0
  }
}
