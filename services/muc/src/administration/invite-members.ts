import type { BareJid, Jid } from '@heliograph/jid'
import { el, NS, stanza } from '@heliograph/stanza'
import { say } from '../arrived.ts'
import type { MucContext } from '../context.ts'
import type { Room } from '../room.ts'

/** XEP-0045 §9.5: who was made a member of a room that lets in no others is told where it is. */
export function inviteMembers(context: MucContext, room: Room, by: Jid, invited: readonly BareJid[]): void {
  const { passwordProtected, password } = room.about.config
  for (const to of invited) {
    const x = el(
      'x',
      { xmlns: NS.mucUser },
      el('invite', { from: by }),
      passwordProtected && el('password', null, password),
    )
    say(context, room, stanza('message', { from: room.jid, to }, x))
  }
}
