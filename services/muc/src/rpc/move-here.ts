import { setTimeout as sleep } from 'node:timers/promises'
import type { Verdict } from '@heliograph/rpc'
import { tellDestroyed } from '../administration/destroy.ts'
import { copyArchive, deleteArchive, type Move } from '../archive/move-archive.ts'
import type { MucContext } from '../context.ts'
import { loadRoom } from '../load-room.ts'
import { inMailbox } from './in-mailbox.ts'

/** The owner of the other address may be changing. */
const TELL_MS = 10_000
const TELL_AGAIN_MS = 250

export interface Moving extends Move {
  readonly reason: string | undefined
  /** Makes the owner of the other address read what is there now. */
  readonly arrived: () => Promise<Verdict>
}

/**
 * Gives a room that is owned here another address, with all that is stored of it. Who is in it is told where it is, and enters there. Nothing
 * is said in it meanwhile: what comes waits, and is refused at last. What fails leaves the room as it was, and may be tried again.
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
      // Of a room that was there, or of a try that failed, since when something may have been taken back.
      await deleteArchive(archive.db, to)
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
    await tellArrival(context, to, arrived)
    room.details = 'absent'
    tellDestroyed(context, room, { venue: to, reason })
    // In this turn, so that what another room says here later isn't deleted with it.
    await deleteArchive(archive.db, from).catch((error: unknown) =>
      log.warn('moved_archive_stays', { room: from, error }),
    )
    return { ok: true, condition: '' }
  })
}

/** To whoever owns the other address while it is there no more than a locked copy, which is what it may still have in memory. */
async function tellArrival({ log }: MucContext, to: Move['to'], arrived: Moving['arrived']): Promise<void> {
  for (const late = performance.now() + TELL_MS; ; ) {
    const error = await arrived().then(
      ({ ok, condition }) => (ok ? undefined : condition),
      (thrown: unknown) => thrown,
    )
    if (error === undefined) return
    if (performance.now() > late) return log.warn('room_move_untold', { room: to, error })
    await sleep(TELL_AGAIN_MS)
  }
}

/** A room was stored under an address that is owned here, where none was. */
export function reloadHere(context: MucContext, jid: Move['to']): Promise<Verdict> {
  return inMailbox(context, jid, async (room) => {
    room.details = undefined
    const ok = await loadRoom(context, room)
    return { ok, condition: ok ? '' : 'recipient-unavailable' }
  })
}
