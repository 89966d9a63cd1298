import type { Database } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import type { RsmRequest } from '@heliograph/stanza'
import type { RelationProblem } from '../access/relating.ts'
import type { Relations } from '../forms/relation-fields.ts'
import type { SubscribeOptions } from '../forms/subscribe-options.ts'
import { IS_KNOWN, type ListedNode, NODES_AT_ONCE } from './node-store.ts'
import { type Related, type Relating, relate, relating, relationsOf, type Subject } from './relate.ts'

const CHILDREN = `FROM pubsub_children c JOIN pubsub_nodes n ON n.id = c.child_id
  WHERE c.parent_id = $1 AND node IS NOT NULL AND ${IS_KNOWN}`
const FORWARD = `SELECT node, config->>'title' AS title ${CHILDREN} AND node > $3 ORDER BY node LIMIT $4`
const BACKWARD = `SELECT node, config->>'title' AS title ${CHILDREN} AND ($3 = '' OR node < $3) ORDER BY node DESC LIMIT $4`
const COUNT = `SELECT count(*)::int AS count ${CHILDREN}`

const CURRENT = '(expires_at IS NULL OR expires_at > now())'

/** To whom a node is closed isn't told of it by a collection either. */
const IS_CLOSED = `SELECT 1 FROM pubsub_nodes e LEFT JOIN pubsub_affiliations a ON a.node_id = e.id AND a.jid = s.bare
  WHERE e.id = ANY($3::bigint[]) AND NOT (coalesce(a.affiliation, 'none') IN ('owner', 'publisher', 'member')
    OR coalesce(a.affiliation, 'none') = 'none' AND (coalesce(e.config->>'accessModel', 'open') = 'open' OR EXISTS (
      SELECT 1 FROM pubsub_subscriptions o WHERE o.node_id = e.id AND o.bare = s.bare AND o.state = 'subscribed' AND ${CURRENT})))`

/**
 * Of every collection that leads to a node as many as fill a page, so that nothing is sorted that isn't asked for; of what one address is
 * subscribed to, the nearest.
 */
const HEARERS = `WITH RECURSIVE up (id, level) AS (
    SELECT $1::bigint, $2::int UNION SELECT c.parent_id, level + 1 FROM up JOIN pubsub_children c ON c.child_id = up.id
    JOIN pubsub_nodes p ON p.id = c.parent_id WHERE p.node IS NOT NULL),
  nearest AS (SELECT id, min(level) AS level FROM up WHERE level > 0 GROUP BY id)
  SELECT DISTINCT ON (jid) jid, p.node AS collection FROM nearest JOIN pubsub_nodes p ON p.id = nearest.id CROSS JOIN LATERAL (
    SELECT jid FROM pubsub_subscriptions s WHERE s.node_id = nearest.id AND s.jid > $5 AND s.state = 'subscribed' AND s.deliver
      AND ${CURRENT} AND s.told_of IN ('all', $4) AND (s.depth IS NULL OR s.depth >= nearest.level)
      AND NOT EXISTS (SELECT 1 FROM pubsub_subscriptions d
        WHERE $2 = 0 AND d.node_id = $1 AND d.jid = s.jid AND d.state = 'subscribed' AND d.deliver AND ${CURRENT})
      AND NOT EXISTS (${IS_CLOSED})
    ORDER BY jid LIMIT $6) AS told
  ORDER BY jid, nearest.level, p.node LIMIT $6`

/** What collections are told of: something at a node, or that this very collection has other nodes in it than before. */
export interface HearersQuery {
  readonly id: string
  /** 0: the node's own subscribers are told by itself. 1: it is a collection whose subscribers are, too. */
  readonly level: 0 | 1
  /** Nodes that may not be closed to those who are told. */
  readonly open: readonly string[]
  readonly of: Exclude<SubscribeOptions['toldOf'], 'all'>
}

/** An address that hears of something by a collection. */
export interface Hearer {
  readonly jid: string
  readonly collection: string
}

/** Collections, in Postgres (XEP-0248). Writes are fenced. */
export class CollectionStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  relate(subject: Subject, request: Relating): Promise<Related | RelationProblem> {
    return relating(this.#db, (tx) => relate(tx, subject, request))
  }

  relationsOf(id: string): Promise<Relations> {
    return relationsOf(this.#db, id)
  }

  /** Nodes in a collection that somebody is told of, by name. */
  async list(id: string, asker: BareJid, page: RsmRequest): Promise<readonly ListedNode[]> {
    const limit = Math.min(page.max ?? NODES_AT_ONCE, NODES_AT_ONCE)
    const isBackward = page.before !== undefined
    const { rows } = await this.#db.query<ListedNode>(
      isBackward ? 'pubsub_children_before' : 'pubsub_children_after',
      isBackward ? BACKWARD : FORWARD,
      [id, asker, (isBackward ? page.before : page.after) ?? '', limit],
    )
    return isBackward ? rows.reverse() : rows
  }

  async count(id: string, asker: BareJid): Promise<number> {
    return (await this.#db.query<{ count: number }>('pubsub_children_count', COUNT, [id, asker])).rows[0]?.count ?? 0
  }

  /** Who hears of something by collections, after an address, `max` at most, in the order of addresses: each once. */
  async hearers({ id, level, open, of }: HearersQuery, after: string, max: number): Promise<readonly Hearer[]> {
    return (await this.#db.query<Hearer>('pubsub_hearers', HEARERS, [id, level, open, of, after, max])).rows
  }
}
