import { bareOf, type Jid, localOf, trusted } from '@heliograph/jid'
import { defineModule, type Outcome, onGet, onSet, refuse, reply } from '@heliograph/module'
import { el, NS, type Stanza, stanzaError } from '@heliograph/stanza'
import { cancelRegistration, changePassword, type RegistrationVerdict } from '../accounts/registration.ts'
import { hasFullAccess } from '../clients/full-access.ts'
import { endSessionsOf, removeUser } from '../users/remove-user.ts'
import type { IqContext } from './iq-context.ts'

const QUERY = `{${NS.register}}query`

/** XEP-0077 for authenticated users: change the password (§3.3), remove the account (§3.2). Registration itself is at the edge. */
export const register = defineModule<IqContext>({
  name: 'register',
  xeps: [{ number: '0077', version: '2.4' }],
  features: { server: [NS.register] },
  iq: [
    onGet('server', QUERY, present),
    onSet('server', QUERY, change),
    onGet('account', QUERY, present),
    onSet('account', QUERY, change),
  ],
})

function present(_request: Stanza, { user, resource }: IqContext): Outcome {
  if (!resource) return refuse(stanzaError('forbidden'))
  const username = el('username', null, localOf(user.jid as Jid))
  return reply(el('query', { xmlns: NS.register }, el('registered'), username, el('password')))
}

function change(request: Stanza, context: IqContext): Outcome | Promise<Outcome> {
  const { user, resource } = context
  if (!resource || bareOf(trusted(request.from!)) !== user.jid) return refuse(stanzaError('forbidden'))
  // XEP-0493 §4: who came by a token may not make a password of his own, or worse.
  if (!hasFullAccess(resource)) return refuse(stanzaError('not-allowed', { text: 'log in with the password first' }))
  const query = request.child('query', NS.register)!
  if (query.getChild('remove', NS.register)) {
    // XEP-0077 §3.2: whoever says something beside it may not have meant that.
    if (query.getChildElements().length > 1) return refuse(stanzaError('bad-request'))
    return context.chore(() => removeAccount(context))
  }
  const username = query.getChildText('username', NS.register) ?? ''
  const password = query.getChildText('password', NS.register) ?? ''
  return context.chore(() => setPassword(context, username, password))
}

async function setPassword(context: IqContext, username: string, password: string): Promise<Outcome> {
  const { session, user, resource } = context
  return verdict(
    await changePassword(
      { accounts: session.accounts, policy: session.config.registration },
      { jid: user.jid, username, password, encrypted: resource!.origin.secure },
    ),
  )
}

/** Everything of the user goes: sessions, roster, archive. Contacts learn it by the end of the subscriptions. */
async function removeAccount(context: IqContext): Promise<Outcome> {
  const { session, user } = context
  const outcome = await cancelRegistration(
    { accounts: session.accounts, policy: session.config.registration },
    user.jid,
  )
  if (!outcome.ok) return verdict(outcome)
  await removeUser(session, user)
  // The result first, then the end of the streams (XEP-0077 §3.2).
  setImmediate(() => endSessionsOf(session, user))
  return reply()
}

function verdict(result: RegistrationVerdict): Outcome {
  return result.ok ? reply() : refuse(stanzaError(result.condition, { text: result.text }))
}
