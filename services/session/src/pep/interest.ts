import { codecs, Envelope, Kind, Op } from '@heliograph/bus'
import type { BareJid, FullJid } from '@heliograph/jid'
import type { SessionContext } from '../context.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'
import { wantedIn } from './wants.ts'

/**
 * Asks for the last items of nodes that a client wants to hear of (XEP-0163 §4.3.4): once it is there and what it can do is known, and again for
 * what it wants in addition later. One request, whatever the number of contacts. Returns the nodes asked for.
 */
export function askForLastItems(context: SessionContext, user: User, resource: Resource): readonly string[] {
  const features = context.capabilities.featuresOf(resource)
  if (!resource.available || features === undefined || user.anonymous || resource.hears === 'inherited') return []
  const nodes = wantedIn(features)
  const fresh = nodes.filter((node) => !resource.hears?.includes(node))
  resource.hears = nodes
  if (fresh.length > 0) ask(context, user, { client: resource.jid, nodes: fresh })
  return fresh
}

/** The same of one account whose presence the user sees from now on. */
export function askForLastItemsOf(context: SessionContext, user: User, account: BareJid): void {
  for (const resource of user.resources) {
    const features = resource.available ? context.capabilities.featuresOf(resource) : undefined
    const nodes = features ? wantedIn(features) : []
    if (nodes.length > 0) ask(context, user, { client: resource.jid, nodes, account })
  }
}

/** For a client of a contact elsewhere, which is sent what the user's nodes have. */
export function askForLastItemsFor(
  context: SessionContext,
  user: User,
  { client, nodes }: { readonly client: FullJid; readonly nodes: readonly string[] },
): void {
  ask(context, user, { client, nodes, account: user.jid })
}

interface Wish {
  readonly client: FullJid
  readonly nodes: readonly string[]
  readonly account?: BareJid
}

/** The user's own nodes have the same owner as his wish: so what he has just published isn't overtaken. */
function ask(context: SessionContext, user: User, { client, nodes, account = '' as BareJid }: Wish): void {
  const envelope = new Envelope(Op.interest)
  envelope.emitterKind = Kind.user
  envelope.emitterPartition = user.partition
  envelope.epoch = context.ownership.heldEpochOf(user.partition)
  envelope.recipients = nodes
  envelope.body = codecs.interest.encode({ client, account })
  context.router.transfer(Kind.node, user.jid, envelope, ignore)
}

function ignore(): void {}
