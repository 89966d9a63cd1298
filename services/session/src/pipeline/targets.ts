import { type FullJid, isFull, trusted } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'

/** The resources that a message of this address and type goes to now: RFC 6121 §8.5.2 and §8.5.3. */
export function targetsOf(user: User, message: Stanza): readonly Resource[] {
  const to = trusted(message.to ?? user.jid)
  if (isFull(to)) {
    const resource = user.resource(to as FullJid)
    // §8.5.3.1: a resource that is there gets what is meant for it, whatever its presence.
    if (resource) return [resource]
  }
  switch (message.type) {
    case 'groupchat':
    case 'error':
      return []
    case 'headline':
      return isFull(to) ? [] : user.eligible()
    case 'chat':
      return user.mostAvailable()
    default:
      return isFull(to) ? [] : user.mostAvailable()
  }
}

export function isMeantFor(user: User, resource: Resource, message: Stanza): boolean {
  return targetsOf(user, message).includes(resource)
}
