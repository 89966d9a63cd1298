import { bareOf } from '@heliograph/jid'
import { type Arrived, refuse } from '../arrived.ts'
import type { MucContext } from '../context.ts'

/** True when the sender goes too fast, an occupant by his client, anybody else by his bare address: then he was refused. */
export function slows(context: MucContext, arrived: Arrived): boolean {
  const { room, from } = arrived
  const { rates } = context.config
  const now = performance.now()
  const allowed = room.occupants.by(from)
    ? room.pace.allows(from, rates, now)
    : room.pace.allowsOutsider(bareOf(from), rates, now)
  if (allowed) return false
  context.events.slowed()
  refuse(context, arrived, 'resource-constraint')
  return true
}
