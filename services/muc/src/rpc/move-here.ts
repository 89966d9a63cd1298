import type { Verdict } from '@heliograph/rpc'
import { tellDestroyed } from '../administration/destroy.ts'
import { copyArchive, deleteArchive, type Move } from '../archive/move-archive.ts'
import type { MucContext } from '../context.ts'
import { loadRoom } from '../load-room.ts'
import { inMailbox } from './in-mailbox.ts'

export interface Moving extends Move {
  readonly reason: string | undefined
  /** Makes the owner of the other address read what is there now. */
  readonly arrived: () => Promise<unknown>
}

/**
 * Gives a room that is owned here another address, with all that is stored of it. Who is in it is told where it is, and enters there. Nothing
 * is said in it meanwhile: what comes waits, and is refused at last. What fails leaves the room as it was.
 */
export function moveHere(context: MucContext, { from, to, reason, arrived }: Moving): Promise<Verdict> {
  const { store, archive, log } = context
  return inMailbox(context, from, async (room) => {
    if (room.details === 'absent') return { ok: false, condition: 'item-not-found' }
    // Nobody is in the other yet, which would be its end.
    if (room.about.locked || !room.about.config.persistent) return { ok: false, condition: 'not-allowed' }
    if (!(await store.copy(from, to))) return { ok: false, condition: 'conflict' }
    try {
      await archive.flushed()
      await copyArchive(archive.db, context.occupantIds, { from, to })
      await store.replace(from, to)
    } catch (error) {
      // It may have come to pass: a connection can break behind a commit.
      if (await store.load(from)) {
        await store.destroy(to)
        await deleteArchive(archive.db, to)
        throw error
      }
    }
    await arrived().catch((error: unknown) => log.warn('room_move_untold', { room: to, error }))
    room.details = 'absent'
    tellDestroyed(context, room, { venue: to, reason })
    deleteArchive(archive.db, from).catch((error: unknown) => log.warn('moved_archive_stays', { room: from, error }))
    return { ok: true, condition: '' }
  })
}

/** A room was stored under an address that is owned here, where none was. */
export function reloadHere(context: MucContext, jid: Move['to']): Promise<Verdict> {
  return inMailbox(context, jid, async (room) => {
    room.details = undefined
    const ok = await loadRoom(context, room)
    return { ok, condition: ok ? '' : 'recipient-unavailable' }
  })
}
