import type { Database } from '@heliograph/database'
import { type OutgoingEvent, putEvents } from '@heliograph/events'
import { type BareJid, bareOf, type Jid } from '@heliograph/jid'
import type { RsmRequest } from '@heliograph/stanza'
import type { RelationProblem } from '../access/relating.ts'
import type { Affiliation } from '../access/standing.ts'
import { configOfStored, storedConfig } from '../forms/config-form.ts'
import type { NodeConfig } from '../forms/node-config.ts'
import { type Related, type Relating, relate, relating, type Subject } from './relate.ts'
import { note } from './request-notes.ts'
import type { Ingress, NewNode, NodeName, StoredNode } from './stored.ts'

interface Row {
  id: string
  creator: string
  created: number
  created_by: string
  config: Record<string, unknown>
  last: number | null
  contained: boolean
}

const NODE = `id::text, creator, extract(epoch FROM created_at)::float8 * 1000 AS created, created_by, config,
    (SELECT max(sequence)::float8 FROM pubsub_items WHERE node_id = n.id) AS last,
    EXISTS (SELECT 1 FROM pubsub_children WHERE child_id = n.id) AS contained`
const LOAD = `SELECT ${NODE} FROM pubsub_nodes n WHERE service = $1 AND node = $2`
const DESTROYED = `SELECT ${NODE}, r.sequence::float8 AS sequence FROM pubsub_requests r JOIN pubsub_nodes n ON n.id = r.node_id
  WHERE r.stream = $1 AND r.count = $2 AND service = $3 AND node IS NULL`

/** Those on whose whitelist somebody isn't are not for him to know. */
export const IS_KNOWN = `(listed OR EXISTS (
  SELECT 1 FROM pubsub_affiliations a WHERE a.node_id = n.id AND a.jid = $2 AND a.affiliation <> 'outcast'))`

/** Counted in the statement that inserts: a creator who makes nodes in many places at once may end a few above. */
const CREATE = `WITH had AS (SELECT count(*) AS nodes FROM pubsub_nodes WHERE creator = $3 AND service = $1 AND node IS NOT NULL),
  made AS (
    INSERT INTO pubsub_nodes (service, node, creator, created_by, listed, item_expire, config)
    SELECT $1, $2, $3, $4, $5, $6, $7 FROM had WHERE had.nodes < $8
    ON CONFLICT (service, node) DO NOTHING RETURNING id)
  SELECT (SELECT id::text FROM made) AS made, (SELECT nodes FROM had) < $8 AS fits`

const CONFIGURE = `UPDATE pubsub_nodes SET config = config || $2, listed = $3, item_expire = $4 WHERE id = $1 RETURNING id`

/** What is in a collection is listed there (XEP-0248 §5.2). */
const LISTED = `node IS NOT NULL AND service = $1 AND ${IS_KNOWN} AND NOT EXISTS (
  SELECT 1 FROM pubsub_children c JOIN pubsub_nodes p ON p.id = c.parent_id WHERE c.child_id = n.id AND p.node IS NOT NULL)`
const FORWARD = `SELECT node, config->>'title' AS title FROM pubsub_nodes n WHERE ${LISTED} AND node > $3 ORDER BY node LIMIT $4`
const BACKWARD = `SELECT node, config->>'title' AS title FROM pubsub_nodes n WHERE ${LISTED} AND ($3 = '' OR node < $3)
  ORDER BY node DESC LIMIT $4`
/** In one list. */
export const NODES_AT_ONCE = 100
/** More aren't counted. */
const COUNTED = 10_000
const OF_ACCOUNT_MAX = 1_000

export interface ListedNode {
  readonly node: string
  readonly title: string
}

export interface AccountNode {
  readonly node: string
  readonly config: NodeConfig
  readonly affiliation: Affiliation
}

/** Nodes in Postgres. Writes are fenced: they throw `FencedError` once this instance was shut out. */
export class NodeStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async load({ service, node }: NodeName): Promise<StoredNode | undefined> {
    const { rows } = await this.#db.query<Row>('pubsub_load', LOAD, [service, node])
    return rows[0] && nodeOf(rows[0])
  }

  /** `exists`: another was faster. `too-many`: the creator has `most` nodes already. Its creator is an owner. With its relations, or not at all. */
  create(
    { service, node, creator, createdBy, config }: NewNode,
    most: number,
    request?: Relating,
  ): Promise<'created' | 'exists' | 'too-many' | Related | RelationProblem> {
    return relating(this.#db, async (tx) => {
      const params = [service, node, creator, createdBy, isListed(config), config.itemExpire ?? null]
      const { rows } = await tx.query<{ made: string | null; fits: boolean }>('pubsub_create', CREATE, [
        ...params,
        JSON.stringify(storedConfig(config)),
        most,
      ])
      if (!rows[0]?.made) return rows[0]?.fits ? 'exists' : 'too-many'
      const own = "INSERT INTO pubsub_affiliations (node_id, jid, affiliation) VALUES ($1, $2, 'owner')"
      await tx.query('pubsub_first_owner', own, [rows[0].made, creator])
      return request ? relate(tx, { service, node, id: rows[0].made, config }, request) : 'created'
    })
  }

  async configure(id: string, config: NodeConfig): Promise<void> {
    await this.#db.fencedQuery('pubsub_configure', CONFIGURE, configuring(id, config))
  }

  /** With its relations, or not at all. */
  configureRelated(subject: Subject, request: Relating): Promise<Related | RelationProblem> {
    return relating(this.#db, async (tx) => {
      await tx.query('pubsub_configure_related', CONFIGURE, configuring(subject.id, subject.config))
      return relate(tx, subject, request)
    })
  }

  /** The node is no more, by this request; what it had is removed later, a little at a time. */
  async destroy(
    id: string,
    { stream, count }: Ingress,
    sequence: number,
    events: readonly OutgoingEvent[] = [],
  ): Promise<void> {
    const sql = 'UPDATE pubsub_nodes SET node = NULL, deleted_at = now() WHERE id = $1'
    await this.#db.fencedWrite(async (tx) => {
      await tx.query('pubsub_destroy', sql, [id])
      await note(tx, id, { stream, count, sequence, removes: true })
      await putEvents(tx, events)
    })
  }

  /** What was deleted by this request when it came before, and under which sequence that is told. */
  async destroyedBy(
    service: BareJid,
    { stream, count }: Ingress,
  ): Promise<{ readonly node: StoredNode; readonly sequence: number } | undefined> {
    if (stream === '') return undefined
    const params = [stream, count, service]
    const { rows } = await this.#db.query<Row & { sequence: number }>('pubsub_destroyed_by', DESTROYED, params)
    return rows[0] && { node: nodeOf(rows[0]), sequence: rows[0].sequence }
  }

  /** Nodes that somebody is told of, by name; those on whose whitelist he isn't are not among them. */
  async list(service: BareJid, asker: BareJid, page: RsmRequest): Promise<readonly ListedNode[]> {
    const limit = Math.min(page.max ?? NODES_AT_ONCE, NODES_AT_ONCE)
    const isBackward = page.before !== undefined
    const { rows } = await this.#db.query<ListedNode>(
      isBackward ? 'pubsub_nodes_before' : 'pubsub_nodes_after',
      isBackward ? BACKWARD : FORWARD,
      [service, asker, (isBackward ? page.before : page.after) ?? '', limit],
    )
    return isBackward ? rows.reverse() : rows
  }

  /** Nodes of an account, and what somebody is to them. */
  async ofAccount(service: BareJid, asker: Jid): Promise<AccountNode[]> {
    const sql = `SELECT node, config, coalesce(affiliation, 'none') AS affiliation FROM pubsub_nodes n
      LEFT JOIN pubsub_affiliations a ON a.node_id = n.id AND a.jid = $2 WHERE service = $1 AND node IS NOT NULL
      ORDER BY node LIMIT ${OF_ACCOUNT_MAX}`
    const { rows } = await this.#db.query<Omit<AccountNode, 'config'> & Pick<Row, 'config'>>('pubsub_of_account', sql, [
      service,
      bareOf(asker),
    ])
    return rows.map((row) => ({ ...row, config: configOfStored(row.config) }))
  }

  /** The nodes of an account that is no more. */
  async destroyAll(service: BareJid): Promise<void> {
    const sql =
      'UPDATE pubsub_nodes SET node = NULL, deleted_at = now() WHERE service = $1 AND node IS NOT NULL RETURNING id'
    await this.#db.fencedQuery('pubsub_destroy_all', sql, [service])
  }

  /** How many nodes somebody is told of; undefined: more than 10 000. */
  async count(service: BareJid, asker: BareJid): Promise<number | undefined> {
    const sql = `SELECT count(*)::int AS count FROM (SELECT 1 FROM pubsub_nodes n WHERE ${LISTED} LIMIT ${COUNTED + 1}) AS counted`
    const { rows } = await this.#db.query<{ count: number }>('pubsub_nodes_count', sql, [service, asker])
    const count = rows[0]?.count ?? 0
    return count > COUNTED ? undefined : count
  }
}

function nodeOf(row: Row): StoredNode {
  return {
    id: row.id,
    creator: row.creator as BareJid,
    created: row.created,
    createdBy: row.created_by,
    config: configOfStored(row.config),
    lastSequence: row.last ?? 0,
    isContained: row.contained,
  }
}

function configuring(id: string, config: NodeConfig): unknown[] {
  return [id, JSON.stringify(storedConfig(config)), isListed(config), config.itemExpire ?? null]
}

function isListed({ accessModel }: NodeConfig): boolean {
  return accessModel !== 'whitelist'
}
