import { el, NS, type Stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { SessionContext } from '../context.ts'
import { renewPresence } from '../presence/broadcast.ts'
import type { User } from '../users/user.ts'

const UPDATE = `{${NS.vcardUpdate}}x`

/**
 * Available presence as others see it: with the hash of the user's avatar (XEP-0398 §4), so that clients need not fetch it to say so. What
 * a client says is corrected, unless it says that it shows none.
 */
export function withAvatar(presence: Stanza, hash: string): Stanza {
  // Looked up in a copy: presence is kept, and so would be its tree.
  const update = presence.has(UPDATE) ? presence.with({}).child('x', NS.vcardUpdate) : undefined
  if (update === undefined) return presence.append(updateElement(hash))
  const said = update.getChild('photo', NS.vcardUpdate)?.getText().trim()
  if (said === '' || said === hash) return presence
  return presence.without(isUpdate).append(updateElement(hash))
}

/** The user has another avatar, or ('') none any more: contacts are told by each available resource's presence. */
export function changeAvatar(context: SessionContext, user: User, hash: string): void {
  if (hash === (user.avatar ?? '')) return
  user.avatar = hash === '' ? undefined : hash
  for (const resource of user.resources) {
    if (resource.presence === undefined) continue
    // Whoever said nothing of an avatar hears nothing of its end.
    if (hash === '' && !resource.presence.has(UPDATE)) continue
    const renewed = withAvatar(resource.presence, hash)
    if (renewed !== resource.presence) renewPresence(context, user, resource, renewed)
  }
}

function isUpdate(element: Element): boolean {
  return element.is('x', NS.vcardUpdate)
}

function updateElement(hash: string): Element {
  return el('x', { xmlns: NS.vcardUpdate }, el('photo', null, hash))
}
