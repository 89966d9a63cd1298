import { type Jid, localOf } from '@heliograph/jid'
import { stanzaError } from '@heliograph/stanza'
import { changePassword } from '../../accounts/registration.ts'
import { type Command, completed, refused } from '../command.ts'

/** Changes one's password, by the form that XEP-0077 registers for it. The present one is asked for: a client may have been left open. */
export const changeOwnPassword: Command = {
  node: 'change-password',
  name: 'Change my password',
  at: ['server', 'account'],
  who: 'users',
  stages: [
    () => ({
      formType: 'jabber:iq:register:changepassword',
      title: 'Change my password',
      fields: [
        { var: 'old_password', type: 'text-private', label: 'Present password', required: true },
        { var: 'password', type: 'text-private', label: 'New password', required: true },
        { var: 'password-verify', type: 'text-private', label: 'New password again', required: true },
      ],
    }),
  ],
  async run({ session, user, resource }, [form]) {
    const password = form?.text('password') ?? ''
    if (password !== form?.text('password-verify'))
      return refused(stanzaError('not-acceptable', { text: 'the new passwords differ' }))
    const username = localOf(user.jid as Jid)
    const { address: source, secure: encrypted } = resource.origin
    const present = { username, domain: user.domain, password: form.text('old_password') ?? '', source }
    const proven = await session.accounts.credentials.checkPassword(present)
    if (!proven.ok) return refused(stanzaError('not-authorized', { text: 'that is not the present password' }))
    const { registration: policy } = session.config
    const { accounts } = session
    const result = await changePassword({ accounts, policy }, { jid: user.jid, username, password, encrypted })
    return result.ok
      ? completed('The password was changed.')
      : refused(stanzaError(result.condition, { text: result.text }))
  },
}
