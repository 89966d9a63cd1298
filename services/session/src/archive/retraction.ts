import { trusted } from '@heliograph/jid'
import { defineModule } from '@heliograph/module'
import { el, formatTimestamp, NS, type Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import type { IqContext } from '../modules/iq-context.ts'
import { idToDate } from '../users/clock.ts'
import { persistently } from '../users/persistently.ts'
import { readStanza } from '../users/read-stanza.ts'
import type { User } from '../users/user.ts'
import { peerOf } from './row.ts'
import { candidates, replaceStored } from './tombstones.ts'

const RETRACT = `{${NS.retraction}}retract`
const RETRACTED = `{${NS.retraction}}retracted`
const IN_ROOM = `{${NS.mucUser}}x`
const FEATURES = [NS.retraction, `${NS.retraction}#tombstone`]

/** XEP-0424: Message Retraction, with tombstones in both archives. */
export const retraction = defineModule<IqContext>({
  name: 'retraction',
  xeps: [{ number: '0424', version: '0.4.2' }],
  features: { server: FEATURES, account: FEATURES },
})

/**
 * If an archived message takes back an earlier one of its author, a tombstone takes that one's place (§4). What isn't there, or is somebody
 * else's, or was taken back before, stays as it is. `id`: where the retraction itself is in the archive, which it must be (§5).
 */
export function retract(context: SessionContext, user: User, message: Stanza, id: number, outgoing: boolean): void {
  if (!message.has(RETRACT)) return
  const original = message.child('retract', NS.retraction)?.attrs.id
  // §4: the tombstone names the retraction by its id.
  if (typeof original !== 'string' || original === '' || message.id === undefined) return
  const { peer } = peerOf((outgoing ? message.to : message.from)!)
  const work = async (): Promise<void> => {
    await context.archive.flushed()
    for (const found of await candidates(context.db, { owner: user.jid, peer, outgoing, before: id }, original)) {
      const stored = readStanza(Buffer.from(found.stanza))
      if (stored.id !== original || !mayTakeBack(message, stored)) continue
      return replaceStored(context.db, user.jid, found.id, tombstone(stored, message.id!, id).toString())
    }
  }
  persistently(context, user, work, () => {})
}

/**
 * §5: retraction and original have the same bare JID as their author, which was looked for already. Occupants of a room share one: there it
 * is the full one that counts. A retraction can't be taken back, nor anything twice.
 */
export function mayTakeBack(message: Stanza, stored: Stanza): boolean {
  if (stored.has(RETRACT) || stored.has(RETRACTED)) return false
  const inRoom = message.has(IN_ROOM) || stored.has(IN_ROOM)
  return !inRoom || trusted(message.from!) === trusted(stored.from!)
}

/** §4: nothing of the original but who said it to whom, and when. */
export function tombstone(original: Stanza, retractionId: string, at: number): Stanza {
  const stamp = formatTimestamp(idToDate(at).getTime())
  const retracted = el('retracted', { xmlns: NS.retraction, id: retractionId, stamp })
  return original.withPayload(Buffer.from(retracted.toString()), [RETRACTED])
}
