import type { Database, Migration } from '@heliograph/database'
import type { BareJid, Domain } from '@heliograph/jid'

/** An invitation as it is stored: a hash of its token, which nobody can read back. */
export interface Invite {
  readonly number: number
  readonly domain: Domain
  /** Who invites; null: whoever runs the server. */
  readonly inviter: BareJid | null
  /** The account it is for; null: one of any name. */
  readonly account: BareJid | null
  /** An account may be made with it. */
  readonly registers: boolean
  /** The inviter and the one who comes get on each other's rosters. */
  readonly subscribes: boolean
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly usedBy: string | null
}

export type NewInvite = Pick<Invite, 'domain' | 'inviter' | 'account' | 'registers' | 'subscribes'>

export const inviteMigrations: readonly Migration[] = [
  {
    id: '0190_invites',
    sql: `
      CREATE TABLE invites (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        hash bytea NOT NULL UNIQUE,
        domain text NOT NULL,
        inviter text COLLATE "C",
        account text COLLATE "C",
        registers boolean NOT NULL,
        subscribes boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        used_by text COLLATE "C",
        used_at timestamptz,
        joined_at timestamptz
      );
      CREATE INDEX invites_by_inviter ON invites (inviter);
      CREATE INDEX invites_by_account ON invites (account) WHERE account IS NOT NULL;
    `,
  },
]

/** What was used or has expired is shown for so long. */
const SHOWN_DAYS = 30
const COLUMNS = `number::integer AS number, domain, inviter, account, registers, subscribes,
  created_at AS "createdAt", expires_at AS "expiresAt", used_by AS "usedBy"`
const OPEN = 'used_by IS NULL AND expires_at > now()'

/** The SQL of invitations. */
export class InviteStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Undefined when the inviter has so many already that are open or were used within a day. Removes what is old. */
  async add(
    invite: NewInvite,
    hash: Buffer,
    { days, most }: { days: number; most: number },
  ): Promise<Date | undefined> {
    const sql = `WITH old AS (
        DELETE FROM invites WHERE greatest(expires_at, used_at) < now() - make_interval(days => $9))
      INSERT INTO invites (hash, domain, inviter, account, registers, subscribes, expires_at)
      SELECT $1::bytea, $2, $3::text, $4::text, $5::boolean, $6::boolean, now() + make_interval(days => $7)
      WHERE $3::text IS NULL OR (SELECT count(*) FROM invites WHERE inviter = $3::text AND (${OPEN} OR used_at > now() - interval '1 day')) < $8
      RETURNING expires_at AS "expiresAt"`
    const { domain, inviter, account, registers, subscribes } = invite
    const params = [hash, domain, inviter, account, registers, subscribes, days, most, SHOWN_DAYS]
    const { rows } = await this.#db.query<{ expiresAt: Date }>('invite_add', sql, params)
    return rows[0]?.expiresAt
  }

  /** One with which an account may be made: not used, and its inviter may still log in. @param whenever even one that has expired */
  async findForAccount(hash: Buffer, domain: Domain, whenever: boolean): Promise<Invite | undefined> {
    const sql = `SELECT ${COLUMNS} FROM invites
      WHERE hash = $1 AND domain = $2 AND registers AND used_by IS NULL AND ($3::boolean OR expires_at > now())
        AND (inviter IS NULL OR EXISTS (SELECT FROM accounts WHERE jid = inviter AND disabled_at IS NULL))`
    const { rows } = await this.#db.query<Invite>('invite_find', sql, [hash, domain, whenever])
    return rows[0]
  }

  /** Whether that name is kept for somebody with another invitation. */
  async isPromised(account: BareJid, hash: Buffer | null): Promise<boolean> {
    const sql = `SELECT 1 FROM invites WHERE account = $1 AND ${OPEN} AND hash IS DISTINCT FROM $2::bytea`
    const { count } = await this.#db.query('invite_promised', sql, [account, hash])
    return count > 0
  }

  /**
   * Takes an invitation for a contact of its inviter, once: it is open, or `contact` made an account with it.
   * @returns whether it was good
   */
  async claim(hash: Buffer, inviter: BareJid, contact: BareJid): Promise<boolean> {
    const sql = `UPDATE invites SET used_by = $3, used_at = coalesce(used_at, now())
      WHERE hash = $1 AND inviter = $2 AND subscribes AND joined_at IS NULL
        AND (used_by = $3 OR (${OPEN} AND (account IS NULL OR account = $3)))
      RETURNING number`
    const { count } = await this.#db.fencedQuery('invite_claim', sql, [hash, inviter, contact])
    return count > 0
  }

  /** What was claimed is done, and good for nothing more. */
  async joined(hash: Buffer): Promise<void> {
    await this.#db.query('invite_joined', 'UPDATE invites SET joined_at = now() WHERE hash = $1', [hash])
  }

  /** The newest first, below that number, those that are shown. */
  async list(domain: Domain | undefined, below: number, max: number): Promise<Invite[]> {
    const sql = `SELECT ${COLUMNS} FROM invites
      WHERE ($1::text IS NULL OR domain = $1) AND ($2::bigint = 0 OR number < $2) ORDER BY invites.number DESC LIMIT $3`
    const { rows } = await this.#db.query<Invite>('invite_list', sql, [domain ?? null, below, max])
    return rows
  }

  /** @returns false when there is none of that number */
  async revoke(number: number): Promise<boolean> {
    const { count } = await this.#db.query('invite_revoke', 'DELETE FROM invites WHERE number = $1', [number])
    return count > 0
  }

  async erase(inviter: BareJid): Promise<void> {
    await this.#db.query('invite_erase', 'DELETE FROM invites WHERE inviter = $1', [inviter])
  }
}
