import { setTimeout as sleep } from 'node:timers/promises'
import { archiveId, isTakenBack, replaceStored, type SaidMessage, storedUnder, tombstone } from '@heliograph/archive'
import { isUnavailable } from '@heliograph/database'
import { bareOf, type Jid } from '@heliograph/jid'
import { defineModule } from '@heliograph/module'
import { NS, readStanza, type Stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { MucContext } from '../context.ts'
import type { RoomIq } from '../iqs/room-iq.ts'
import type { Room } from '../room.ts'

const RETRACT = `{${NS.retraction}}retract`
const RETRY_MS = 250

/** XEP-0424: Message Retraction, with tombstones in rooms' archives. */
export const roomRetraction = defineModule<RoomIq>({
  name: 'room-retraction',
  xeps: [{ number: '0424', version: '0.4.2' }],
  features: { item: [NS.retraction, `${NS.retraction}#tombstone`] },
})

/** `id` and place in the archive of what takes something back, and what is said of it (XEP-0425 §5). */
export interface Retraction {
  readonly id: string | undefined
  readonly at: number
  readonly details?: readonly Element[]
}

/**
 * If a message that was archived under `id` takes back an earlier one of its author, a tombstone takes that one's place (§4). What isn't there,
 * is somebody else's, or was taken back before, stays as it is.
 */
export function takeBack(
  context: MucContext,
  room: Room,
  { message, author, id }: { readonly message: Stanza; readonly author: Jid; readonly id: number },
): void {
  // §4: the tombstone names the retraction by its id.
  if (!message.has(RETRACT) || message.id === undefined) return
  // §5.1: what was said in a room is named by the id that the room gave it.
  const original = archiveId((message.child('retract', NS.retraction)?.attrs.id as string | undefined) ?? '')
  if (original < 0) return
  const work = async (): Promise<void> => {
    const stored = await findSaid(context, room, original)
    // §5: an occupant id stands for the author's bare address in this room.
    if (stored?.author && bareOf(stored.author) === bareOf(author))
      await bury(context, room, { stored, retraction: { id: message.id, at: id } })
  }
  context.archive.whenStored(() => persistently(context, room, work))
}

/** What was said under an id, if it is still there to be taken back. */
export async function findSaid({ archive }: MucContext, room: Room, id: number): Promise<SaidMessage | undefined> {
  const stored = await storedUnder(archive.db, room.jid, id)
  return stored && !isTakenBack(readStanza(Buffer.from(stored.stanza))) ? stored : undefined
}

/** Puts a tombstone into the place of a message, and tells it to nobody who enters. */
export async function bury(
  { archive }: MucContext,
  room: Room,
  { stored, retraction }: { readonly stored: SaidMessage; readonly retraction: Retraction },
): Promise<void> {
  archive.retracted(room.jid, stored.id)
  const grave = tombstone(readStanza(Buffer.from(stored.stanza)), retraction)
  await replaceStored(archive.db, room.jid, stored.id, grave.toString())
}

/** Until it is done, the database is back, or the room is another's: the retraction itself is in the archive anyway. */
export function persistently(context: MucContext, room: Room, work: () => Promise<void>): void {
  untilDone(context, room, work).catch((error: unknown) => context.log.error('chore_failed', { room: room.jid, error }))
}

async function untilDone(context: MucContext, room: Room, work: () => Promise<void>): Promise<void> {
  while (context.ownership.heldEpochOf(room.partition) !== 0) {
    try {
      return await work()
    } catch (error) {
      if (!isUnavailable(error)) throw error
    }
    await sleep(RETRY_MS)
  }
}
