import type { SessionContext } from '../context.ts'
import { announceAgain } from '../presence/broadcast.ts'

/**
 * A partition that was taken over is served now: whoever watches its users is told of presence that the former owner may not have
 * passed on. Who knows it already isn't told again. True when there were any sessions.
 */
export function reannounce(context: SessionContext, partition: number): boolean {
  let any = false
  for (const user of context.users.inPartition(partition)) {
    for (const resource of user.resources) {
      if (!resource.takenOver) continue
      resource.takenOver = false
      any = true
      announceAgain(context, user, resource)
    }
  }
  return any
}
