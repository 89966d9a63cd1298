import { Op } from '@heliograph/bus'
import type { SessionContext } from '../context.ts'
import type { Resource } from '../users/resource.ts'
import type { User, Work } from '../users/user.ts'
import { Quiet } from './quiet.ts'

/** Once so much waits for an inactive client it is told; a quarter of what it may leave unacknowledged at most. */
const MOST_WAITING = { stanzas: 500, bytes: 65_536 }

/** `<active/>` or `<inactive/>` of a client (XEP-0352 §4.2). */
export function handleClientState(context: SessionContext, user: User, { envelope, from }: Work): void {
  const resource = user.onConnection(from, envelope.conn)
  if (resource && resource.attachment !== 'hibernating') {
    setClientState(context, user, resource, envelope.op === Op.inactive)
  }
}

/** An active client has been told everything once this returns (XEP-0352 §5.1). */
export function setClientState(context: SessionContext, user: User, resource: Resource, inactive: boolean): void {
  if (inactive) {
    const { stanzas, bytes } = context.config.maxUnacked
    resource.quiet ??= new Quiet({
      stanzas: Math.min(MOST_WAITING.stanzas, stanzas >> 2),
      bytes: Math.min(MOST_WAITING.bytes, bytes >> 2),
    })
  } else if (resource.quiet !== undefined) {
    context.outgoing.wake(user, resource)
    resource.quiet = undefined
  }
}
