import type { Database } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import { Roster, type RosterItem, type Subscription } from './roster.ts'
import type { RosterChange, RosterStore } from './store.ts'

interface Row {
  contact: string
  version: string
  removed: boolean
  listed: boolean
  name: string
  groups: string[]
  subscription: string
  ask: boolean
  approved: boolean
  request: string
}

const COLUMNS = 'contact, version, removed, listed, name, groups, subscription, ask, approved, request'

/**
 * Versions grow within a roster, and start at the time of the first change: a name that is registered again never meets a version of
 * its former owner.
 */
const NEXT_VERSION = `(SELECT GREATEST(COALESCE(max(version), 0) + 1, (extract(epoch FROM now()) * 1000)::bigint)
  FROM roster WHERE owner = $1)`

/** Versions a client may be behind before it is sent the whole roster. */
const CHANGES_MAX = 100

/** As old may a client's version be. A version is never earlier than the change it was given to, in milliseconds. */
const OLDEST_VERSION = `(extract(epoch FROM now() - interval '30 days') * 1000)::bigint`

/**
 * Marks of removed items that nobody can ask for any more: whoever hasn't seen the removal has a version that is too old (with a day for
 * clocks that were set back), or is more than CHANGES_MAX behind, and is sent the whole roster.
 */
const PRUNE = `DELETE FROM roster WHERE owner = $1 AND removed AND version < GREATEST(
  (extract(epoch FROM now() - interval '31 days') * 1000)::bigint,
  COALESCE((SELECT version FROM roster WHERE owner = $1 ORDER BY version DESC OFFSET ${CHANGES_MAX} LIMIT 1), 0))`

export class PostgresRosterStore implements RosterStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async load(user: BareJid): Promise<Roster> {
    const { rows } = await this.#db.query<Row>('roster_load', `SELECT ${COLUMNS} FROM roster WHERE owner = $1`, [user])
    const version = rows.reduce((highest, row) => Math.max(highest, Number(row.version)), 0)
    return new Roster(rows.filter((row) => !row.removed).map(itemOf), version)
  }

  async put(user: BareJid, item: RosterItem): Promise<number> {
    const { rows } = await this.#db.fencedQuery<{ version: string }>(
      'roster_put',
      `INSERT INTO roster (owner, contact, listed, name, groups, subscription, ask, approved, request, version)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, ${NEXT_VERSION})
       ON CONFLICT (owner, contact) DO UPDATE SET removed = false, listed = EXCLUDED.listed, name = EXCLUDED.name,
         groups = EXCLUDED.groups, subscription = EXCLUDED.subscription, ask = EXCLUDED.ask,
         approved = EXCLUDED.approved, request = EXCLUDED.request, version = EXCLUDED.version
       RETURNING version`,
      [user, item.jid, item.listed, item.name, item.groups, item.subscription, item.ask, item.approved, item.request],
    )
    return Number(rows[0]!.version)
  }

  async remove(user: BareJid, contact: BareJid): Promise<number> {
    return this.#db.fencedWrite(async (tx) => {
      const { rows } = await tx.query<{ version: string }>(
        'roster_remove',
        `UPDATE roster SET removed = true, listed = false, name = '', groups = '{}', subscription = 'none', ask = false,
           approved = false, request = '', version = ${NEXT_VERSION}
         WHERE owner = $1 AND contact = $2 RETURNING version`,
        [user, contact],
      )
      // The mark just made is the newest row, so the roster's version, which is its rows' highest, never goes back.
      await tx.query('roster_prune', PRUNE, [user])
      return Number(rows[0]?.version ?? 0)
    })
  }

  async changesSince(user: BareJid, version: number): Promise<readonly RosterChange[] | undefined> {
    const known = await this.#db.query<{ known: boolean }>(
      'roster_version_known',
      `SELECT count(*) > 0 AND $2 >= ${OLDEST_VERSION} AS known FROM roster WHERE owner = $1 AND version <= $2`,
      [user, version],
    )
    if (!known.rows[0]?.known) return undefined
    const { rows } = await this.#db.query<Row>(
      'roster_changes',
      `SELECT ${COLUMNS} FROM roster WHERE owner = $1 AND version > $2 ORDER BY version LIMIT ${CHANGES_MAX + 1}`,
      [user, version],
    )
    if (rows.length > CHANGES_MAX) return undefined
    return rows.map((row) => ({
      version: Number(row.version),
      jid: row.contact as BareJid,
      item: row.removed ? undefined : itemOf(row),
    }))
  }

  async watchers(user: BareJid): Promise<{ subscribers: BareJid[]; subscribedTo: BareJid[]; version: number }> {
    const { rows } = await this.#db.query<{ contact: string; subscription: Subscription; version: string }>(
      'roster_watchers',
      'SELECT contact, subscription, version FROM roster WHERE owner = $1',
      [user],
    )
    const having = (...subscriptions: Subscription[]) =>
      rows.filter(({ subscription }) => subscriptions.includes(subscription)).map(({ contact }) => contact as BareJid)
    return {
      subscribers: having('from', 'both'),
      subscribedTo: having('to', 'both'),
      version: rows.reduce((highest, row) => Math.max(highest, Number(row.version)), 0),
    }
  }

  async erase(user: BareJid): Promise<void> {
    await this.#db.fencedQuery('roster_erase', 'DELETE FROM roster WHERE owner = $1 RETURNING contact', [user])
  }
}

function itemOf(row: Row): RosterItem {
  return {
    jid: row.contact as BareJid,
    name: row.name,
    groups: row.groups,
    subscription: row.subscription as Subscription,
    ask: row.ask,
    approved: row.approved,
    request: row.request,
    listed: row.listed,
  }
}
