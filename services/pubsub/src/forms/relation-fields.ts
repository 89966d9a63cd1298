import type { Form, FormField } from '@heliograph/stanza'
import type { NodeType } from './node-config.ts'

const PARENTS = 'pubsub#collection'
const CHILDREN = 'pubsub#children'

/** Names of the collections that a node is in, and of the nodes that are in it (XEP-0248 §7.2). */
export interface Relations {
  readonly parents: readonly string[]
  readonly children: readonly string[]
}

export const NO_RELATIONS: Relations = Object.freeze({ parents: [], children: [] })

/** A node in no collection is in that of all such, the service itself, whose name is empty (§7.2.1, §8.1). */
export function relationFields({ parents, children }: Relations, nodeType: NodeType): FormField[] {
  const values = parents.length === 0 ? [''] : parents
  const own: FormField = { var: PARENTS, type: 'text-multi', label: 'Collections that it is in', values }
  if (nodeType === 'leaf') return [own]
  return [own, { var: CHILDREN, type: 'text-multi', label: 'Nodes that are in it', values: children }]
}

/** What of it a submitted form sets: each once. What it leaves out stays. */
export function relationsAsked({ fields }: Form): Partial<Relations> {
  const named = (name: string) => {
    const field = fields.find((each) => each.var === name)
    return field && [...new Set(field.values?.filter((value) => value !== ''))]
  }
  const [parents, children] = [named(PARENTS), named(CHILDREN)]
  return { ...(parents && { parents }), ...(children && { children }) }
}
