import { FencedError, isUnavailable } from '@heliograph/database'
import { NS, type Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { avatarPublished } from '../profile/convert-avatar.ts'
import { convertStored, legacyNodeChanged, nodeChanged } from '../profile/convert-bookmarks.ts'
import { vcardPublished } from '../profile/convert-vcard.ts'
import type { Obligation } from '../users/custody.ts'
import type { User } from '../users/user.ts'
import { NodesSilent } from './own-requests.ts'

type Reaction = (context: SessionContext, user: User, news: Stanza) => Promise<void>

/** What else follows when something happens at an own node. */
const REACTIONS: ReadonlyMap<string, Reaction> = new Map([
  [NS.avatarMetadata, avatarPublished],
  [NS.bookmarks, nodeChanged],
  [NS.bookmarksLegacy, legacyNodeChanged],
  [NS.vcard4Node, vcardPublished],
])

/** Something that happened at an own node. */
export interface Happened {
  readonly node: string
  readonly news: Stanza
  /** Of the news: what isn't done here is done by the user's next owner, who is told them again. */
  readonly custody: Pick<Obligation, 'hold' | 'release'>
}

/** Among the user's chores, one after the other: so two that follow from each other end. */
export function react(context: SessionContext, user: User, { node, news, custody }: Happened): void {
  const reaction = REACTIONS.get(node)
  if (!reaction) return
  custody.hold()
  const isTaken = user.chores.push(async () => {
    const isDone = await attempt(context, { user, node }, () => reaction(context, user, news))
    if (isDone) custody.release()
  })
  if (!isTaken) custody.release()
}

/** A client is there that wants to hear of some nodes: what is to be in them and is elsewhere is brought there (XEP-0411 §4). */
export function prepare(context: SessionContext, user: User, nodes: readonly string[]): void {
  if (!nodes.includes(NS.bookmarks)) return
  user.chores.push(async () => {
    await attempt(context, { user, node: NS.bookmarks }, () => convertStored(context, user))
  })
}

/** False when the user is given away meanwhile. */
async function attempt(
  context: SessionContext,
  { user, node }: { readonly user: User; readonly node: string },
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await work()
  } catch (error) {
    const phase = context.ownership.phaseOf(user.partition)
    if (error instanceof FencedError || phase === 'leaving' || phase === 'none') return false
    if (error instanceof NodesSilent || isUnavailable(error))
      context.log.warn('not_converted', { jid: user.jid, node, reason: (error as Error).message })
    else context.log.error('conversion_failed', { jid: user.jid, node, error })
  }
  return true
}
