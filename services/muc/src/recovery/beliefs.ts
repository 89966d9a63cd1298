import type { Envelope } from '@heliograph/bus'
import { bareOf, type FullJid, type Jid, trusted } from '@heliograph/jid'
import type { MucContext } from '../context.ts'
import { tellOutside } from '../presence/tell-outside.ts'

/**
 * An owner of users says which of their sessions think to be in rooms of a partition: after a change of owner, when rooms may have been
 * lost with what their recovery copy was kept in. Who is in none of them is told, after what came before in that room's name.
 */
export function checkBeliefs(context: MucContext, { recipients = [], partition }: Envelope): void {
  for (let i = 0; i + 1 < recipients.length; i += 2) {
    const [client, as] = [trusted<Jid>(recipients[i]!), trusted<FullJid>(recipients[i + 1]!)]
    const room = context.rooms.get(bareOf(as), partition)
    room.mailbox.push(() => {
      // Under whichever nick.
      if (!room.occupants.by(client)) tellOutside(context, room, { client, as })
    })
  }
}
