import type { Database } from '@heliograph/database'
import { type BareJid, type Domain, domainOf } from '@heliograph/jid'

/** How long messages stay in archives, in days; 0: for ever. */
export interface RetentionPolicy {
  readonly days: number
  /** Of the domains where it is different. */
  readonly byDomain: ReadonlyMap<Domain, number>
}

/** What was said of one archive, in days, 0 being for ever; null: nothing. */
export interface OwnRetention {
  /** By whoever runs the server, instead of the policy. */
  readonly given: number | null
  /** By the owner: it can only be less. */
  readonly wished: number | null
}

/** The longest that can be said. */
export const MOST_RETENTION_DAYS = 36_500

const NOTHING: OwnRetention = { given: null, wished: null }

/** How many days messages stay in that archive; 0: for ever. */
export function retainedDays(policy: RetentionPolicy, owner: BareJid, own: OwnRetention = NOTHING): number {
  const { given, wished } = own
  const most = given ?? policy.byDomain.get(domainOf(owner)) ?? policy.days
  if (!wished) return most
  return most === 0 ? wished : Math.min(most, wished)
}

/** What was said of single archives. Only they have rows. */
export class RetentionLimits {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async of(owner: BareJid): Promise<OwnRetention> {
    return (await this.ofAll([owner])).get(owner) ?? NOTHING
  }

  /** Of those of whom something was said. */
  async ofAll(owners: readonly BareJid[]): Promise<ReadonlyMap<BareJid, OwnRetention>> {
    const { rows } = await this.#db.query<OwnRetention & { owner: BareJid }>(
      'retention_find',
      'SELECT owner, given, wished FROM archive_retention WHERE owner = ANY($1::text[])',
      [owners],
    )
    return new Map(rows.map(({ owner, given, wished }) => [owner, { given, wished }]))
  }

  async areAny(): Promise<boolean> {
    return (await this.#db.query('retention_any', 'SELECT 1 FROM archive_retention LIMIT 1')).count > 0
  }

  /** Sets one of the two; null takes it back. */
  async set(owner: BareJid, which: keyof OwnRetention, days: number | null): Promise<void> {
    await this.#db.query(
      `retention_set_${which}`,
      `INSERT INTO archive_retention (owner, ${which}) VALUES ($1, $2)
       ON CONFLICT (owner) DO UPDATE SET ${which} = EXCLUDED.${which}`,
      [owner, days],
    )
  }

  async erase(owner: BareJid): Promise<void> {
    await this.#db.query('retention_erase', 'DELETE FROM archive_retention WHERE owner = $1', [owner])
  }
}
