import { Haste, Op } from '@heliograph/bus'
import type { SessionContext } from '../context.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'

/** Tells the edge how far custody has come: once a turn, however many stanzas were settled in it. */
export function custodyAdvanced(context: SessionContext, user: User): (resource: Resource) => void {
  let told = false
  return (resource) => {
    if (told) return
    told = true
    context.router.beforeFlush(() => {
      told = false
      if (resource.attachment === 'recovering' || !user.resources.includes(resource)) return
      // No edge to tell: the client will ask, maybe another owner.
      if (resource.attachment === 'hibernating') return context.records.changed(user, resource)
      context.outgoing.tellEdge(user, resource, Op.custody, (envelope) => {
        envelope.count = resource.custody.settled
        envelope.haste = Haste.ride
      })
    })
  }
}
