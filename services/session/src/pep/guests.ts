import { Kind } from '@heliograph/bus'
import { bareOf, type FullJid, type Jid, trusted } from '@heliograph/jid'
import { Stanza } from '@heliograph/stanza'
import { blocks } from '../blocking/blocked.ts'
import type { SessionContext } from '../context.ts'
import { forward } from '../pipeline/forward.ts'
import type { Capabilities } from '../users/resource.ts'
import type { User } from '../users/user.ts'
import { askForLastItemsFor } from './interest.ts'
import type { Hearers } from './news.ts'
import { wantedIn, wants } from './wants.ts'

/** Of one user; further ones aren't told of what is published. */
const GUESTS_MAX = 2_000
/** For so long after a client of the user has come, presence of others answers its probes: it says nothing new. */
const ANSWERS_MS = 10_000

/** A client of a contact on another server that is there, or was, as its server said. */
export class Guest {
  readonly jid: FullJid
  available = true
  /** Only while it is looked at. */
  presence: Stanza | undefined = undefined
  capabilities: Capabilities | undefined = undefined
  /** Nodes whose last items it has, or was there to hear of. */
  hears: readonly string[] | undefined = undefined
  /** It was there before, so needs no last items of what it wants already. */
  wasThere: boolean

  constructor(jid: FullJid, wasThere: boolean) {
    this.jid = jid
    this.wasThere = wasThere
  }

  /** When it comes again it is news. */
  leave(): void {
    this.available = false
    this.capabilities = undefined
    this.hears = undefined
    this.wasThere = false
  }
}

/** Presence of somebody elsewhere for the account. Of those who see the user it is remembered what their clients want to hear of (XEP-0163 §4.3). */
export function noteGuest(context: SessionContext, user: User, presence: Stanza): void {
  const from = trusted<Jid>(presence.from!)
  if (context.hosts.kindOf(from) !== Kind.domain || from === bareOf(from)) return
  const jid = from as FullJid
  const known = user.guests?.get(jid)
  if (presence.type === 'unavailable') {
    if (known) context.capabilities.left(known)
    return known?.leave()
  }
  if (presence.type !== undefined || !user.roster.isSubscriber(bareOf(from))) return
  user.guests ??= new Map()
  if (!known && user.guests.size >= GUESTS_MAX) {
    for (const gone of user.guests.values()) if (!gone.available) user.guests.delete(gone.jid)
    if (user.guests.size >= GUESTS_MAX) return
  }
  const guest = known ?? new Guest(jid, performance.now() - user.probedAt < ANSWERS_MS)
  user.guests.set(jid, guest)
  guest.available = true
  guest.presence = presence
  context.capabilities.note(user, guest)
  guest.presence = undefined
  welcomeGuest(context, user, guest)
}

/** To be called when what a guest can do has become known, too: it is sent the last items of what it wants. */
export function welcomeGuest(context: SessionContext, user: User, guest: Guest): void {
  const features = context.capabilities.featuresOf(guest)
  if (features === undefined) return
  const nodes = wantedIn(features)
  const before = guest.hears ?? (guest.wasThere ? nodes : [])
  guest.hears = nodes
  const fresh = nodes.filter((node) => !before.includes(node))
  if (fresh.length > 0) askForLastItemsFor(context, user, { client: guest.jid, nodes: fresh })
}

/** The user leaves memory. */
export function forgetGuests({ capabilities }: Pick<SessionContext, 'capabilities'>, user: User): void {
  for (const guest of user.guests?.values() ?? []) capabilities.left(guest)
  user.guests = undefined
}

/** One stanza a client that wants it; nobody waits until servers elsewhere have it. */
export function tellGuests(
  context: SessionContext,
  user: User,
  { node, stanza, hearers }: { readonly node: string; readonly stanza: Stanza; readonly hearers: Hearers },
): void {
  seekGuests(context, user)
  if (user.guests === undefined) return
  const named = new Set(hearers.recipients)
  for (const guest of user.guests.values()) {
    const contact = bareOf(guest.jid)
    const isMeant = named.has(contact) === (hearers.audience === 'listed')
    if (!isMeant || !user.roster.isSubscriber(contact) || blocks(user, guest.jid)) continue
    if (wants(context, guest, node)) forward(context, user, stanza.with({ to: guest.jid }))
  }
}

/**
 * Once after the user was taken over: the former owner alone knew who is there elsewhere, so that is asked for. Who answers has come, for this owner, and is
 * sent what was published meanwhile as last items.
 */
function seekGuests(context: SessionContext, user: User): void {
  if (user.probedAt !== Number.NEGATIVE_INFINITY || !user.resources.some(({ available }) => available)) return
  user.probedAt = performance.now() - ANSWERS_MS
  for (const { jid, subscription } of user.roster.items())
    if (subscription === 'both' && context.hosts.kindOf(jid) === Kind.domain)
      forward(context, user, new Stanza({ name: 'presence', type: 'probe', from: user.jid, to: jid }))
}
