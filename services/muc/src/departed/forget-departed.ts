import type { BareJid } from '@heliograph/jid'
import { carryOut } from '../administration/carry-out.ts'
import { reconcile } from '../administration/reconcile.ts'
import type { MucContext } from '../context.ts'
import type { Room } from '../room.ts'
import type { StoredRoom } from '../store/stored-room.ts'

/**
 * Accounts were deleted, and what was stored of their users in rooms went with them: rooms in memory forget it, too. Not what is stored since,
 * of somebody who took the name. Whoever is here still goes with his session.
 */
export function forgetDeparted(context: MucContext, users: ReadonlySet<BareJid>): void {
  for (const room of context.rooms) {
    const known = knownTo(room, users)
    if (known === undefined || known.length > 0)
      forgetIn(context, room, known ?? [...users]).catch((error: unknown) => {
        // All are told of each minute.
        context.log.warn('departed_not_forgotten', { room: room.jid, error })
      })
  }
}

/** Whom of them the room knows; undefined: it is being read just now. */
function knownTo({ details }: Room, users: ReadonlySet<BareJid>): readonly BareJid[] | undefined {
  if (details === undefined) return undefined
  if (details === 'absent') return []
  const { affiliates, subscribers, hats } = details
  if (users.size < affiliates.size + subscribers.size)
    return [...users].filter((user) => affiliates.get(user) ?? subscribers.get(user) ?? hats.worn.get(user))
  const all = new Set([...affiliates, ...subscribers].map(({ jid }) => jid))
  for (const jid of hats.worn.keys()) all.add(jid)
  return [...all].filter((jid) => users.has(jid))
}

/** What is stored is read beside the mailbox: the room doesn't wait for Postgres. */
async function forgetIn(context: MucContext, room: Room, users: readonly BareJid[]): Promise<void> {
  const stored = await context.store.load(room.jid)
  if (stored) room.mailbox.pushBeyond(() => leaveOut(context, room, { users, stored }))
}

function leaveOut(
  context: MucContext,
  room: Room,
  { users, stored }: { readonly users: readonly BareJid[]; readonly stored: StoredRoom },
): void {
  if (typeof room.details !== 'object') return
  const { subscribers, affiliates } = room.details
  const affiliated = new Set(stored.affiliates.map(({ jid }) => jid))
  const subscribed = new Set(stored.subscriptions.map(({ jid }) => jid))
  const gone = users.filter((user) => affiliates.get(user) && !affiliated.has(user))
  for (const jid of gone) affiliates.put({ jid, affiliation: 'none' })
  for (const user of users) {
    if (!subscribed.has(user)) subscribers.delete(user)
    if (stored.hats?.worn[user] === undefined) room.details.hats = room.details.hats.without(user)
  }
  const changed = gone.map((jid) => ({ jid, affiliation: 'none' as const }))
  carryOut(context, room, { affiliates: changed, effects: [], invited: [], absent: [] })
  reconcile(context, room)
}
