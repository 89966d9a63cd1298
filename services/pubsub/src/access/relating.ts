import type { BareJid } from '@heliograph/jid'
import type { NodeConfig } from '../forms/node-config.ts'
import { CHILDREN_MAX } from '../forms/node-fields.ts'

/** Collections that have the same node in them. */
export const PARENTS_MAX = 10

/** Why nodes can't be put into collections, or taken out, as somebody wants. */
export type RelationProblem = 'not-found' | 'not-related' | 'forbidden' | 'leaf' | 'full' | 'circle' | 'deep'

/** All that a node is to be in, or to have in it; or one more, or one less. */
export type Wanted = { readonly all: readonly string[] } | { readonly more: string } | { readonly less: string }

export interface Difference {
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

/** What has to change. */
export function differenceOf(wanted: Wanted | undefined, present: readonly string[]): Difference | 'not-related' {
  if (wanted === undefined) return { added: [], removed: [] }
  const had = new Set(present)
  if ('more' in wanted) return { added: had.has(wanted.more) ? [] : [wanted.more], removed: [] }
  // XEP-0248 §7.6.3.1
  if ('less' in wanted) return had.has(wanted.less) ? { added: [], removed: [wanted.less] } : 'not-related'
  const all = new Set(wanted.all)
  return { added: [...all.difference(had)], removed: [...had.difference(all)] }
}

/** A node that is put into a collection, or one that is such a collection. */
export interface Party {
  readonly id: string
  readonly node: string
  readonly config: NodeConfig
  /** Whoever wants it is an owner. */
  readonly isOwner: boolean
  /** How many nodes are in it, and in how many it is. */
  readonly children: number
  readonly parents: number
}

export interface Pair {
  readonly parent: Party
  readonly child: Party
}

/** Why that may not be done by somebody; circles aside. */
export function problemOf(
  { added, removed }: { readonly added: readonly Pair[]; readonly removed: readonly Pair[] },
  by: BareJid,
): RelationProblem | undefined {
  if (removed.some(({ parent, child }) => !parent.isOwner && !child.isOwner)) return 'forbidden'
  if (added.some(({ parent, child }) => !child.isOwner || !takesFrom(parent, by))) return 'forbidden'
  // XEP-0248 §7.2.3.1
  if (added.some(({ parent }) => parent.config.nodeType !== 'collection')) return 'leaf'
  const children = grown(({ parent }) => parent, added, removed)
  const parents = grown(({ child }) => child, added, removed)
  for (const { parent, child } of added) {
    if (parent.children + children.get(parent)! > (parent.config.childrenMax ?? CHILDREN_MAX)) return 'full'
    if (child.parents + parents.get(child)! > PARENTS_MAX) return 'deep'
  }
  return undefined
}

/** §7.2.1 */
function takesFrom({ isOwner, config }: Party, by: BareJid): boolean {
  const { childrenPolicy, childrenWhitelist } = config
  return isOwner || childrenPolicy === 'all' || (childrenPolicy === 'whitelist' && childrenWhitelist.includes(by))
}

function grown(
  of: (pair: Pair) => Party,
  added: readonly Pair[],
  removed: readonly Pair[],
): ReadonlyMap<Party, number> {
  const by = new Map<Party, number>()
  for (const pair of added) by.set(of(pair), (by.get(of(pair)) ?? 0) + 1)
  for (const pair of removed) by.set(of(pair), (by.get(of(pair)) ?? 0) - 1)
  return by
}
