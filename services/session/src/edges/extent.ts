import { extent } from '@heliograph/archive'
import type { SessionContext } from '../context.ts'
import type { Extent, User, Work } from '../users/user.ts'

/** A database that takes longer must not keep a client from logging in: it asks for the archive itself. */
const PATIENCE_MS = 1_000
const TRIES = 3

/**
 * How far the archive goes at the very moment of binding (XEP-0386 §3.2): every message is either within that, or delivered. The
 * database is asked first, and asked again when something was archived meanwhile.
 * @returns `later` when it has been asked: the `open` comes again. undefined when it can't be said.
 */
export function extentFor(context: SessionContext, user: User, work: Work): Extent | 'later' | undefined {
  const { looked } = work
  if (looked?.at === user.lastArchiveId) return looked.extent
  if (looked?.tries === TRIES) return undefined
  const at = user.lastArchiveId
  const tries = (looked?.tries ?? 0) + 1
  user.opening.push(work)
  void look(context, user).then((found) => {
    // Unless the user is another instance's by now: that one is asked again.
    if (context.users.find(user.jid, user.partition) !== user) return
    user.mailbox.push({ ...work, looked: { at, tries, extent: found } })
  })
  return 'later'
}

/** A connection that wanted a session is gone, or gets its answer. @returns whether it had to wait */
export function forgetOpening(user: User, edge: string, conn: number): boolean {
  const others = user.opening.filter(({ from, envelope }) => from !== edge || envelope.conn !== conn)
  const waited = others.length < user.opening.length
  user.opening = others
  return waited
}

async function look(context: SessionContext, user: User): Promise<Extent | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PATIENCE_MS)
  })
  const found = user.queries.run(async () => {
    await context.archive.flushed()
    return (await extent(context.db, user.jid)) ?? { first: 0, last: 0 }
  })
  try {
    return await Promise.race([found, late])
  } catch (error) {
    context.log.info('archive_extent_unknown', { jid: user.jid, error })
    return undefined
  } finally {
    clearTimeout(timer)
    found.catch(() => {}) // reported above, if anybody still waited
  }
}
