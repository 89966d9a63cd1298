import type { SessionContext } from '../context.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'
import { askForLastItems } from './interest.ts'
import { prepare } from './reactions.ts'

/** To be called when a client has become available and when what it can do has become known: it hears of the nodes that it wants to hear of. */
export function arrive(context: SessionContext, user: User, resource: Resource): void {
  const nodes = askForLastItems(context, user, resource)
  if (nodes.length > 0) prepare(context, user, nodes)
}
