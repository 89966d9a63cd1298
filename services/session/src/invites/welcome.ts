import { Envelope, Kind, Op } from '@heliograph/bus'
import type { BareJid, Jid } from '@heliograph/jid'
import { el, NS, stanza } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'

/**
 * Who made an account with an invitation gets its inviter on the roster, and asks to be let in with the token: the inviter's owner answers,
 * and both see each other (XEP-0401 §4.3). The new user has agreed beforehand (RFC 6121 §3.4).
 */
export async function welcome(
  context: SessionContext,
  { jid, inviter, token }: { readonly jid: BareJid; readonly inviter: BareJid; readonly token: string },
): Promise<void> {
  await context.rosters.put(jid, {
    jid: inviter,
    name: '',
    groups: [],
    subscription: 'none',
    ask: true,
    approved: true,
    request: '',
    listed: true,
  })
  // Whoever has looked at the account since it was made looks again.
  const user = context.users.find(jid)
  if (user && user.resources.length === 0) user.profile = undefined
  context.accounts.noteChange(jid)
  const envelope = new Envelope(Op.route)
  const preauth = el('preauth', { xmlns: NS.preAuth, token })
  envelope.stanza = stanza('presence', { type: 'subscribe', from: jid as Jid, to: inviter as Jid }, preauth)
  context.router.transfer(Kind.user, inviter, envelope, (outcome) => {
    if (outcome !== 'taken') context.log.warn('welcome_failed', { jid, inviter, outcome })
  })
}
