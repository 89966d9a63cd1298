import type { Database } from '@heliograph/database'
import { type BareJid, bareOf, type Jid } from '@heliograph/jid'
import type { Affiliation, Standing, Subscription } from '../access/standing.ts'
import { note, noted } from './request-notes.ts'
import type { Affiliate, Ingress, OfNode, SubscriptionOf } from './stored.ts'

interface SubscriptionRow {
  jid: string
  subid: string
  state: Subscription['state']
  deliver: boolean
  expires: number | null
  told_of: Subscription['toldOf']
  depth: number | null
}

const SUBSCRIPTION = `jid, subid, state, deliver, extract(epoch FROM expires_at)::float8 * 1000 AS expires, told_of, depth`
const CURRENT = '(expires_at IS NULL OR expires_at > now())'
const STANDING = `SELECT (SELECT affiliation FROM pubsub_affiliations WHERE node_id = $1 AND jid = $2) AS affiliation,
  (SELECT coalesce(json_agg(s), '[]') FROM (
    SELECT ${SUBSCRIPTION} FROM pubsub_subscriptions WHERE node_id = $1 AND bare = $2 AND ${CURRENT} ORDER BY jid) s) AS subscriptions`
const SUBSCRIBE = `INSERT INTO pubsub_subscriptions (node_id, jid, bare, subid, state, deliver, expires_at, told_of, depth)
  VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7::float8 / 1000), $8, $9)
  ON CONFLICT (node_id, jid) DO UPDATE SET subid = EXCLUDED.subid, state = EXCLUDED.state, deliver = EXCLUDED.deliver,
    expires_at = EXCLUDED.expires_at, told_of = EXCLUDED.told_of, depth = EXCLUDED.depth RETURNING jid`
const PUT_AFFILIATES = `INSERT INTO pubsub_affiliations (node_id, jid, affiliation)
  SELECT $1, jid, affiliation FROM unnest($2::text[], $3::text[]) AS given (jid, affiliation)
  ON CONFLICT (node_id, jid) DO UPDATE SET affiliation = EXCLUDED.affiliation`

const END_CLOSED = `DELETE FROM pubsub_subscriptions s USING pubsub_nodes n
  WHERE n.id = s.node_id AND n.service = $1 AND n.node IS NOT NULL AND s.bare = $2
    AND (n.config->>'accessModel' = 'presence' AND NOT $3 OR n.config->>'accessModel' = 'roster' AND NOT ($3 AND EXISTS (
      SELECT 1 FROM jsonb_array_elements_text(n.config->'rosterGroups') AS allowed (name) WHERE allowed.name = ANY($4::text[]))))
    AND NOT EXISTS (SELECT 1 FROM pubsub_affiliations a
      WHERE a.node_id = n.id AND a.jid = $2 AND affiliation IN ('owner', 'publisher', 'member'))
  RETURNING s.jid`

class NoOwner extends Error {
  override readonly name = 'NoOwner'
}

/** Who is affiliated with and subscribed to nodes, in Postgres. Writes are fenced. */
export class PeopleStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async standing(id: string, jid: BareJid): Promise<Standing> {
    const { rows } = await this.#db.query<{ affiliation: string | null; subscriptions: SubscriptionRow[] }>(
      'pubsub_standing',
      STANDING,
      [id, jid],
    )
    const { affiliation, subscriptions = [] } = rows[0] ?? {}
    return { affiliation: (affiliation ?? 'none') as Affiliation, subscriptions: subscriptions.map(subscriptionOf) }
  }

  /** Those after an address, `max` at most, in the order of addresses; of one affiliation, or of all. */
  async affiliates(
    id: string,
    { after = '', max, affiliation }: { after?: string; max: number; affiliation?: Affiliation },
  ): Promise<Affiliate[]> {
    const sql = `SELECT jid, affiliation FROM pubsub_affiliations WHERE node_id = $1 AND jid > $2
      AND ($4::text IS NULL OR affiliation = $4) ORDER BY jid LIMIT $3`
    const { rows } = await this.#db.query<Affiliate>('pubsub_affiliates', sql, [id, after, max, affiliation ?? null])
    return rows
  }

  /** All or none. Who may no more be subscribed isn't any more. False, having changed nothing, when no owner would be left. */
  async setAffiliates(id: string, changes: readonly Affiliate[]): Promise<boolean> {
    const jids = (of: (affiliate: Affiliate) => boolean) => changes.filter(of).map(({ jid }) => jid)
    const kept = changes.filter(({ affiliation }) => affiliation !== 'none')
    try {
      await this.#db.fencedWrite(async (tx) => {
        const gone = jids(({ affiliation }) => affiliation === 'none')
        await tx.query('pubsub_forget', 'DELETE FROM pubsub_affiliations WHERE node_id = $1 AND jid = ANY($2)', [
          id,
          gone,
        ])
        await tx.query('pubsub_affiliate', PUT_AFFILIATES, [
          id,
          kept.map(({ jid }) => jid),
          kept.map(({ affiliation }) => affiliation),
        ])
        const shut = jids(({ affiliation }) => affiliation === 'outcast' || affiliation === 'publish-only')
        const end = 'DELETE FROM pubsub_subscriptions WHERE node_id = $1 AND bare = ANY($2)'
        if (shut.length > 0) await tx.query('pubsub_shut_out', end, [id, shut])
        const owners = "SELECT 1 FROM pubsub_affiliations WHERE node_id = $1 AND affiliation = 'owner' LIMIT 1"
        if ((await tx.query('pubsub_has_owner', owners, [id])).count === 0) throw new NoOwner()
      })
      return true
    } catch (error) {
      if (error instanceof NoOwner) return false
      throw error
    }
  }

  async affiliationsOf(service: BareJid, jid: BareJid, node?: string): Promise<OfNode<Affiliate>[]> {
    const sql = `SELECT node, jid, affiliation FROM pubsub_affiliations a JOIN pubsub_nodes n ON n.id = a.node_id
      WHERE jid = $2 AND service = $1 AND node IS NOT NULL AND ($3::text IS NULL OR node = $3) ORDER BY node LIMIT $4`
    const params = [service, jid, node ?? null, OF_ONE_MAX]
    return (await this.#db.query<OfNode<Affiliate>>('pubsub_affiliations_of', sql, params)).rows
  }

  async subscriptionsOf(service: BareJid, jid: BareJid): Promise<SubscriptionOf[]> {
    const sql = `SELECT node, ${SUBSCRIPTION} FROM pubsub_subscriptions s JOIN pubsub_nodes n ON n.id = s.node_id
      WHERE bare = $2 AND service = $1 AND node IS NOT NULL AND ${CURRENT} ORDER BY node, jid LIMIT $3`
    const params = [service, jid, OF_ONE_MAX]
    const { rows } = await this.#db.query<SubscriptionRow & { node: string }>('pubsub_subscriptions_of', sql, params)
    return rows.map((row) => ({ ...subscriptionOf(row), node: row.node }))
  }

  /** A subscription begun or changed. */
  async subscribe(id: string, subscription: Subscription): Promise<void> {
    await this.#db.fencedQuery('pubsub_subscribe', SUBSCRIBE, subscribing(id, subscription))
  }

  /** What an owner's request begins, changes and ends, all or none. True: it came before, nothing is done. */
  async setSubscriptions(
    id: string,
    { begun, ended }: { readonly begun: readonly Subscription[]; readonly ended: readonly Jid[] },
    request: Ingress & { readonly sequence: number },
  ): Promise<boolean> {
    return this.#db.fencedWrite(async (tx) => {
      if ((await noted(tx, id, request)) !== undefined) return true
      await tx.query('pubsub_end', 'DELETE FROM pubsub_subscriptions WHERE node_id = $1 AND jid = ANY($2)', [id, ended])
      for (const each of begun) await tx.query('pubsub_begin', SUBSCRIBE, subscribing(id, each))
      await note(tx, id, { ...request, removes: false })
      return false
    })
  }

  async unsubscribe(id: string, jids: readonly Jid[]): Promise<void> {
    const sql = 'DELETE FROM pubsub_subscriptions WHERE node_id = $1 AND jid = ANY($2) RETURNING jid'
    await this.#db.fencedQuery('pubsub_unsubscribe', sql, [id, jids])
  }

  /** Ends subscriptions of somebody to nodes of an account that are closed to him. */
  async endClosed(
    service: BareJid,
    who: { jid: BareJid; subscriber: boolean; groups: readonly string[] },
  ): Promise<void> {
    const { jid, subscriber, groups } = who
    await this.#db.fencedQuery('pubsub_end_closed', END_CLOSED, [service, jid, subscriber, groups])
  }

  /** Ends subscriptions of those who aren't on the list: the node has become one that has a whitelist. */
  async removeUnlisted(id: string): Promise<void> {
    const sql = `DELETE FROM pubsub_subscriptions s WHERE node_id = $1 AND NOT EXISTS (
      SELECT 1 FROM pubsub_affiliations a WHERE a.node_id = $1 AND a.jid = s.bare AND affiliation IN ('owner', 'publisher', 'member'))
      RETURNING jid`
    await this.#db.fencedQuery('pubsub_remove_unlisted', sql, [id])
  }

  /** Ids of nodes that knew somebody of these until his account was deleted, in the last hour. */
  async leftBy(users: ReadonlySet<BareJid>): Promise<Set<string>> {
    const sql = 'SELECT DISTINCT node_id::text AS id FROM pubsub_departed WHERE jid = ANY($1)'
    const { rows } = await this.#db.query<{ id: string }>('pubsub_left_by', sql, [[...users]])
    return new Set(rows.map(({ id }) => id))
  }

  async subscriptions(id: string, { after = '', max }: { after?: string; max: number }): Promise<Subscription[]> {
    const sql = `SELECT ${SUBSCRIPTION} FROM pubsub_subscriptions WHERE node_id = $1 AND jid > $2 AND ${CURRENT} ORDER BY jid LIMIT $3`
    const { rows } = await this.#db.query<SubscriptionRow>('pubsub_subscriptions', sql, [id, after, max])
    return rows.map(subscriptionOf)
  }

  /** Addresses that are told of what happens, after one, `max` at most. */
  async recipients(id: string, after: string, max: number): Promise<string[]> {
    const sql = `SELECT jid FROM pubsub_subscriptions WHERE node_id = $1 AND jid > $2 AND state = 'subscribed' AND deliver
      AND ${CURRENT} ORDER BY jid LIMIT $3`
    const { rows } = await this.#db.query<{ jid: string }>('pubsub_recipients', sql, [id, after, max])
    return rows.map(({ jid }) => jid)
  }

  /** Undefined: more than 10 000. Anybody may ask that, and publications wait for the answer. */
  async countSubscribers(id: string): Promise<number | undefined> {
    const sql = `SELECT count(*)::int AS count FROM (
      SELECT 1 FROM pubsub_subscriptions WHERE node_id = $1 AND state = 'subscribed' AND ${CURRENT} LIMIT ${COUNTED + 1}) AS counted`
    const { rows } = await this.#db.query<{ count: number }>('pubsub_count_subscribers', sql, [id])
    const count = rows[0]?.count ?? 0
    return count > COUNTED ? undefined : count
  }
}

/** What is counted takes time for each. */
const COUNTED = 10_000
/** Nobody is told of more of his own subscriptions or affiliations in one answer. */
const OF_ONE_MAX = 1_000

function subscribing(id: string, subscription: Subscription): unknown[] {
  const { jid, subid, state, deliver, expire, toldOf, depth } = subscription
  return [id, jid, bareOf(jid), subid, state, deliver, expire ?? null, toldOf, depth ?? null]
}

function subscriptionOf({ jid, subid, state, deliver, expires, told_of, depth }: SubscriptionRow): Subscription {
  return {
    jid: jid as Jid,
    subid,
    state,
    deliver,
    expire: expires ?? undefined,
    toldOf: told_of,
    depth: depth ?? undefined,
  }
}
