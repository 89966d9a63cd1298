import type { Database } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import { RetentionLimits, type RetentionPolicy, retainedDays } from './retention-limits.ts'

/** What a step of the purge came to. */
export interface PurgeStep {
  /** `resting`: the last pass was not long ago. `elsewhere`: another instance purges. `done`: this step was the last of a pass. */
  readonly state: 'resting' | 'elsewhere' | 'going on' | 'done'
  readonly purged: number
}

const OWNERS = 25
const ROWS = 500
/** How long an instance that purges is believed to be at it without having said so. */
const CLAIM = '60 seconds'
const PASS_EVERY = '1 hour'
const DAY_MICROS = 86_400_000_000

/**
 * The next owners of archives, in their order. The key's index is walked from one to the next, as no index is by time alone: one more would
 * cost every message.
 */
const NEXT_OWNERS = `WITH RECURSIVE walk(owner) AS (
    (SELECT owner FROM archive WHERE owner > $1 ORDER BY owner LIMIT 1)
    UNION ALL
    SELECT (SELECT a.owner FROM archive a WHERE a.owner > walk.owner ORDER BY a.owner LIMIT 1)
    FROM walk WHERE walk.owner IS NOT NULL)
  SELECT owner FROM walk WHERE owner IS NOT NULL LIMIT ${OWNERS}`

/** Where the policy keeps everything for ever, only of these something may go. */
const NEXT_LIMITED = `SELECT owner FROM archive_retention WHERE owner > $1 ORDER BY owner LIMIT ${OWNERS}`

/** The oldest first: archives have no holes (XEP-0313 §3.2). What still waits for its receiver stays. */
const DELETE = `DELETE FROM archive USING (
    SELECT wanted.owner, doomed.id FROM unnest($1::text[], $2::bigint[]) AS wanted (owner, before)
    CROSS JOIN LATERAL (SELECT id FROM archive
      WHERE owner = wanted.owner COLLATE "C" AND id < wanted.before AND NOT offline ORDER BY id LIMIT ${ROWS}) AS doomed
    LIMIT ${ROWS}) AS old
  WHERE archive.owner = old.owner AND archive.id = old.id AND NOT archive.offline RETURNING archive.id`

/**
 * Removes what is older than the policy says, a few rows at a time. One instance works at it, whichever claims it; where it has come to is
 * stored, so that another goes on from there.
 */
export class Retention {
  readonly #db: Database
  readonly #policy: RetentionPolicy
  readonly #limits: RetentionLimits
  readonly #now: () => number

  constructor(db: Database, policy: RetentionPolicy, now: () => number = Date.now) {
    this.#db = db
    this.#policy = policy
    this.#limits = new RetentionLimits(db)
    this.#now = now
  }

  /** Whether the policy alone ends anything. */
  get #limited(): boolean {
    return this.#policy.days > 0 || [...this.#policy.byDomain.values()].some((days) => days > 0)
  }

  /** Does a little of the work, if there is some and it is nobody else's. */
  async step(): Promise<PurgeStep> {
    if (!this.#limited && !(await this.#limits.areAny())) return { state: 'resting', purged: 0 }
    const claim = await this.#claim()
    if (claim === undefined) return { state: 'elsewhere', purged: 0 }
    if (!claim.due) return { state: 'resting', purged: 0 }
    const owners = await this.#next(claim.position)
    const last = owners.at(-1)
    if (last === undefined) {
      await this.#finish()
      return { state: 'done', purged: 0 }
    }
    const purged = await this.#purge(owners)
    if (purged < ROWS) await this.#save(last)
    return { state: 'going on', purged }
  }

  async #claim(): Promise<{ readonly position: string; readonly due: boolean } | undefined> {
    const { rows } = await this.#db.fencedQuery<{ position: string; due: boolean }>(
      'purge_claim',
      `UPDATE archive_purge SET instance = $1, until = now() + interval '${CLAIM}'
       WHERE until < now() OR instance = $1 RETURNING position, next_pass <= now() AS due`,
      [this.#db.instance],
    )
    return rows[0]
  }

  async #next(position: string): Promise<BareJid[]> {
    const query = this.#limited
      ? this.#db.query<{ owner: BareJid }>('purge_owners', NEXT_OWNERS, [position])
      : this.#db.query<{ owner: BareJid }>('purge_limited', NEXT_LIMITED, [position])
    return (await query).rows.map(({ owner }) => owner)
  }

  async #purge(owners: readonly BareJid[]): Promise<number> {
    const own = await this.#limits.ofAll(owners)
    const limited = owners.flatMap((owner) => {
      const days = retainedDays(this.#policy, owner, own.get(owner))
      return days > 0 ? [{ owner, before: this.#now() * 1000 - days * DAY_MICROS }] : []
    })
    if (limited.length === 0) return 0
    const params = [limited.map(({ owner }) => owner), limited.map(({ before }) => before)]
    return (await this.#db.fencedQuery('purge_delete', DELETE, params)).count
  }

  async #save(position: string): Promise<void> {
    const sql = 'UPDATE archive_purge SET position = $2 WHERE instance = $1 RETURNING position'
    await this.#db.fencedQuery('purge_save', sql, [this.#db.instance, position])
  }

  async #finish(): Promise<void> {
    await this.#db.fencedQuery(
      'purge_finish',
      `UPDATE archive_purge SET position = '', next_pass = now() + interval '${PASS_EVERY}'
       WHERE instance = $1 RETURNING position`,
      [this.#db.instance],
    )
  }
}
