import type { Database, Querier } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import {
  type Difference,
  differenceOf,
  type Pair,
  type Party,
  problemOf,
  type RelationProblem,
  type Wanted,
} from '../access/relating.ts'
import type { Affiliation } from '../access/standing.ts'
import { configOfStored } from '../forms/config-form.ts'
import type { NodeConfig } from '../forms/node-config.ts'
import type { Relations } from '../forms/relation-fields.ts'
import { detailOf, note } from './request-notes.ts'
import type { Ingress, NodeName } from './stored.ts'

/** One changes what is in which collection of a service at a time: two changes that are good alone may make a circle together. */
const LOCK = 'SELECT pg_advisory_xact_lock($1, hashtext($2))'
const LOCK_CLASS = 0x48_47_03
/** From the uppermost collection down to a node. */
const LEVELS_MAX = 10

const PARENTS = `SELECT p.node FROM pubsub_children c JOIN pubsub_nodes p ON p.id = c.parent_id
  WHERE c.child_id = $1 AND p.node IS NOT NULL ORDER BY p.node`
const CHILDREN = `SELECT k.node FROM pubsub_children c JOIN pubsub_nodes k ON k.id = c.child_id
  WHERE c.parent_id = $1 AND k.node IS NOT NULL ORDER BY k.node`
const OTHERS = `SELECT id::text, node, config,
    (SELECT affiliation FROM pubsub_affiliations WHERE node_id = n.id AND jid = $3) AS affiliation,
    (SELECT count(*)::int FROM pubsub_children c JOIN pubsub_nodes k ON k.id = c.child_id
      WHERE c.parent_id = n.id AND k.node IS NOT NULL) AS children,
    (SELECT count(*)::int FROM pubsub_children c JOIN pubsub_nodes p ON p.id = c.parent_id
      WHERE c.child_id = n.id AND p.node IS NOT NULL) AS parents
  FROM pubsub_nodes n WHERE service = $1 AND node = ANY($2)`
const ADD = `INSERT INTO pubsub_children (parent_id, child_id)
  SELECT * FROM unnest($1::bigint[], $2::bigint[]) ON CONFLICT DO NOTHING`
const REMOVE = `DELETE FROM pubsub_children
  WHERE (parent_id, child_id) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[]))`
const LEVELS = `WITH RECURSIVE up (id, level) AS (
    SELECT $1::bigint, 0 UNION SELECT c.parent_id, level + 1 FROM up JOIN pubsub_children c ON c.child_id = up.id
    JOIN pubsub_nodes p ON p.id = c.parent_id WHERE p.node IS NOT NULL AND level <= ${LEVELS_MAX}),
  down (id, level) AS (
    SELECT $1::bigint, 0 UNION SELECT c.child_id, level + 1 FROM down JOIN pubsub_children c ON c.parent_id = down.id
    JOIN pubsub_nodes k ON k.id = c.child_id WHERE k.node IS NOT NULL AND level <= ${LEVELS_MAX})
  SELECT (SELECT max(level) FROM up) + (SELECT max(level) FROM down) AS levels,
    EXISTS (SELECT 1 FROM up WHERE id = $1 AND level > 0) AS circle`

/** What is to become of a node, and by whom. */
export interface Relating extends Ingress {
  readonly wish: { readonly parents?: Wanted; readonly children?: Wanted }
  readonly by: BareJid
  /** Of the node; an administrator is one of every node. */
  readonly isOwner: boolean
  readonly isAdmin: boolean
  readonly sequence: number
}

/** The node whose relations change. */
export type Subject = NodeName & { readonly id: string; readonly config: NodeConfig }

/** A node in a collection. */
export interface Edge {
  readonly parent: string
  readonly parentId: string
  readonly child: string
  readonly childId: string
}

/** What was changed, and whether the node is in any collection now. */
export interface Related {
  readonly added: readonly Edge[]
  readonly removed: readonly Edge[]
  readonly isContained: boolean
}

class Unrelatable extends Error {
  override readonly name = 'Unrelatable'
  readonly problem: RelationProblem

  constructor(problem: RelationProblem) {
    super(problem)
    this.problem = problem
  }
}

/** A transaction in which `relate` may find a problem; then nothing is changed. */
export async function relating<T>(db: Database, fn: (tx: Querier) => Promise<T>): Promise<T | RelationProblem> {
  try {
    return await db.fencedWrite(fn)
  } catch (error) {
    if (error instanceof Unrelatable) return error.problem
    throw error
  }
}

export async function relationsOf(db: Querier, id: string): Promise<Relations> {
  const named = async (name: string, sql: string) =>
    (await db.query<{ node: string }>(name, sql, [id])).rows.map(({ node }) => node)
  return { parents: await named('pubsub_parents', PARENTS), children: await named('pubsub_children', CHILDREN) }
}

/**
 * Changes which collections a node is in, or which nodes are in it (XEP-0248 §7). A request that came before changes nothing. What is there no
 * more is in nothing, and nothing in it.
 */
export async function relate(tx: Querier, subject: Subject, request: Relating): Promise<Related> {
  await tx.query('pubsub_graph_lock', LOCK, [LOCK_CLASS, subject.service])
  const { id, node } = subject
  const present = await relationsOf(tx, id)
  const before = await detailOf<Omit<Related, 'isContained'>>(tx, id, request)
  if (before) return stillSo(before, node, present)
  const [above, below] = [
    changeOf(differenceOf(request.wish.parents, present.parents)),
    changeOf(differenceOf(request.wish.children, present.children)),
  ]
  const self = {
    ...subject,
    isOwner: request.isOwner,
    parents: present.parents.length,
    children: present.children.length,
  }
  const others = await othersOf(tx, subject.service, [above, below], request)
  const pairs = (of: keyof Difference): Pair[] => [
    ...above[of].map((name) => ({ parent: others.get(name)!, child: self })),
    ...below[of].map((name) => ({ parent: self, child: others.get(name)! })),
  ]
  const [added, removed] = [pairs('added'), pairs('removed')]
  const problem = problemOf({ added, removed }, request.by)
  if (problem) throw new Unrelatable(problem)
  await tx.query('pubsub_dissociate', REMOVE, idsOf(removed))
  await tx.query('pubsub_associate', ADD, idsOf(added))
  if (added.length > 0) await checkLevels(tx, id)
  const done = { added: added.map(edgeOf), removed: removed.map(edgeOf) }
  if (added.length + removed.length > 0) await note(tx, id, { ...request, removes: false, detail: done })
  return { ...done, isContained: self.parents + above.added.length > above.removed.length }
}

function changeOf(difference: Difference | 'not-related'): Difference {
  if (difference === 'not-related') throw new Unrelatable(difference)
  return difference
}

type OtherRow = Omit<Party, 'config' | 'isOwner'> & {
  readonly config: Record<string, unknown>
  readonly affiliation: Affiliation | null
}

async function othersOf(
  tx: Querier,
  service: BareJid,
  differences: readonly Difference[],
  { by, isAdmin }: Relating,
): Promise<ReadonlyMap<string, Party>> {
  const names = new Set(differences.flatMap(({ added, removed }) => [...added, ...removed]))
  if (names.size === 0) return new Map()
  const { rows } = await tx.query<OtherRow>('pubsub_others', OTHERS, [service, [...names], by])
  if (rows.length < names.size) throw new Unrelatable('not-found')
  return new Map(
    rows.map(({ affiliation, config, ...row }) => [
      row.node,
      { ...row, config: configOfStored(config), isOwner: isAdmin || affiliation === 'owner' },
    ]),
  )
}

/** XEP-0248 §4.1: no circles. All that is new goes through this node. */
async function checkLevels(tx: Querier, id: string): Promise<void> {
  const { rows } = await tx.query<{ levels: number; circle: boolean }>('pubsub_levels', LEVELS, [id])
  const { levels = 0, circle = false } = rows[0] ?? {}
  if (circle) throw new Unrelatable('circle')
  if (levels > LEVELS_MAX) throw new Unrelatable('deep')
}

/** What was done before, without what others undid since. */
function stillSo(
  { added, removed }: Omit<Related, 'isContained'>,
  node: string,
  { parents, children }: Relations,
): Related {
  const isSo = ({ parent, child }: Edge) => (parent === node ? children.includes(child) : parents.includes(parent))
  return {
    added: added.filter(isSo),
    removed: removed.filter((edge) => !isSo(edge)),
    isContained: parents.length > 0,
  }
}

function edgeOf({ parent, child }: Pair): Edge {
  return { parent: parent.node, parentId: parent.id, child: child.node, childId: child.id }
}

function idsOf(pairs: readonly Pair[]): [string[], string[]] {
  return [pairs.map(({ parent }) => parent.id), pairs.map(({ child }) => child.id)]
}
