import { candidates, mayTakeBack, peerOf, replaceStored, tombstone } from '@heliograph/archive'
import { defineModule } from '@heliograph/module'
import { NS, readStanza, type Stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import type { IqContext } from '../modules/iq-context.ts'
import { persistently } from '../users/persistently.ts'
import type { User } from '../users/user.ts'

const RETRACT = `{${NS.retraction}}retract`
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
      return replaceStored(context.db, user.jid, found.id, tombstone(stored, { id: message.id, at: id }).toString())
    }
  }
  persistently(context, user, work, () => {})
}
