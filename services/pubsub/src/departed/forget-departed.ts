import type { BareJid } from '@heliograph/jid'
import type { PubsubContext } from '../context.ts'
import type { Node } from '../node/node.ts'

/**
 * Accounts were deleted, and what was stored of their users at nodes went with them: nodes in memory forget it, too. Of those that somebody made
 * since who took the name none is forgotten.
 */
export async function forgetDeparted(context: PubsubContext, users: ReadonlySet<BareJid>): Promise<void> {
  const ids = await context.store.people.leftBy(users)
  if (ids.size === 0) return
  for (const node of context.nodes) {
    const { details } = node
    // One that is being read may be read as it was.
    if (details === undefined || isOf(node, ids)) node.mailbox.pushBeyond(() => forgetAt(node, { users, ids }))
  }
}

function isOf({ details }: Node, ids: ReadonlySet<string>): boolean {
  return typeof details === 'object' && ids.has(details.id)
}

function forgetAt(
  node: Node,
  { users, ids }: { readonly users: ReadonlySet<BareJid>; readonly ids: ReadonlySet<string> },
): void {
  if (!isOf(node, ids)) return
  const { about, service } = node
  if (users.has(service)) node.details = undefined
  else if (users.has(about.creator)) node.details = { ...about, creator: service }
  node.peopleChanged()
}
