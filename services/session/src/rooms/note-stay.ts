import { Kind } from '@heliograph/bus'
import { bareOf, type Jid, trusted } from '@heliograph/jid'
import { NS, type Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'

const SELF = Buffer.from('110')

/**
 * What a room says of the session itself: it isn't in the room, or not under that nick any more, and needn't tell it when it ends; or it is, maybe
 * under another nick than it asked for.
 */
export function noteStay(context: SessionContext, user: User, resource: Resource, stanza: Stanza): void {
  if (stanza.name !== 'presence' || stanza.from === undefined) return
  const isIn = stanza.type === undefined
  if (!isIn && stanza.type !== 'unavailable' && stanza.type !== 'error') return
  if (isIn ? !stanza.payload.includes(SELF) : resource.directed === undefined) return
  const occupant = trusted(stanza.from)
  if (context.hosts.kindOf(occupant) !== Kind.room) return
  const isNews = isIn ? isOwn(stanza) && isUnder(resource, occupant) : resource.directed!.delete(occupant)
  if (isNews) context.records.changed(user, resource)
}

/** XEP-0045 §7.2.2: status 110. The room's `<x/>` is the only one: it lets nobody else's through. */
function isOwn(stanza: Stanza): boolean {
  const x = stanza.child('x', NS.mucUser)
  return x?.getChildren('status').some(({ attrs }) => attrs.code === '110') ?? false
}

/** The room has one nick for the session, and any other is none of its (status 210). @returns false where that was known */
function isUnder(resource: Resource, occupant: Jid): boolean {
  const inRoom = `${bareOf(occupant)}/`
  resource.directed ??= new Set()
  const others = [...resource.directed].filter((each) => each !== occupant && each.startsWith(inRoom))
  if (others.length === 0 && resource.directed.has(occupant)) return false
  for (const each of others) resource.directed.delete(each)
  resource.directed.add(occupant)
  return true
}
