import { type BareJid, parseJid } from '@heliograph/jid'
import { stanzaError } from '@heliograph/stanza'
import {
  createUser,
  deleteUser,
  isNoUser,
  kickEverywhere,
  type Managed,
  setDisabled,
  setPassword,
  userAddress,
} from '../../rpc/manage-users.ts'
import { type Asker, type Command, completed, refused } from '../command.ts'
import { adminCommand, asking, field, forEach, refusedBy } from './admin-command.ts'

const accounts = (label: string) => field('accountjids', 'jid-multi', label)

const addUser = adminCommand({
  node: 'add-user',
  name: 'Add a user',
  stages: [
    asking(
      'Add a user',
      field('accountjid', 'jid-single', 'Address'),
      field('password', 'text-private', 'Password'),
      field('password-verify', 'text-private', 'Password again'),
    ),
  ],
  async run({ session }, [form]) {
    const password = form?.text('password') ?? ''
    if (password !== form?.text('password-verify'))
      return refused(stanzaError('not-acceptable', { text: 'the passwords differ' }))
    const jid = userAddress(session, form.text('accountjid') ?? '')
    if (isNoUser(jid)) return refused(stanzaError(jid))
    const result = await createUser(session, jid, password)
    return result.ok ? completed(`${jid} was added.`) : refusedBy(result)
  },
})

const deleteUsers = adminCommand({
  node: 'delete-user',
  name: 'Delete users',
  stages: [asking('Delete users', accounts('Addresses'))],
  run: (asker, [form]) =>
    forEach(
      form?.list('accountjids'),
      forOthers(asker, (jid) => deleteUser(asker.session, jid)),
      (count) => `${count} deleted.`,
    ),
})

const disableUsers = adminCommand({
  node: 'disable-user',
  name: 'Disable users',
  stages: [asking('Disable users', accounts('Addresses'))],
  run: (asker, [form]) =>
    forEach(
      form?.list('accountjids'),
      forOthers(asker, (jid) => setDisabled(asker.session, jid, true)),
      (count) => `${count} disabled.`,
    ),
})

const reenableUsers = adminCommand({
  node: 'reenable-user',
  name: 'Re-enable users',
  stages: [asking('Re-enable users', accounts('Addresses'))],
  run: (asker, [form]) =>
    forEach(
      form?.list('accountjids'),
      forOthers(asker, (jid) => setDisabled(asker.session, jid, false)),
      (count) => `${count} re-enabled.`,
    ),
})

const endSessions = adminCommand({
  node: 'end-user-session',
  name: 'End sessions of users',
  stages: [asking('End sessions', accounts('Addresses of users or of single sessions'))],
  async run({ session }, [form]) {
    let ended = 0
    const end = async (text: string): Promise<Managed> => {
      const jid = parseJid(text)
      if (jid === undefined) return { ok: false, condition: 'jid-malformed' }
      const kicked = await kickEverywhere(session, jid, 'ended by an administrator')
      ended += kicked
      return kicked > 0 ? { ok: true } : { ok: false, condition: 'item-not-found', text: 'no such session' }
    }
    return forEach(form?.list('accountjids'), end, () => `${ended} sessions ended.`)
  },
})

const changePassword = adminCommand({
  node: 'change-user-password',
  name: 'Change the password of a user',
  stages: [
    asking(
      'Change a password',
      field('accountjid', 'jid-single', 'Address'),
      field('password', 'text-private', 'New password'),
    ),
  ],
  async run({ session }, [form]) {
    const jid = userAddress(session, form?.text('accountjid') ?? '')
    if (isNoUser(jid)) return refused(stanzaError(jid))
    const result = await setPassword(session, jid, form?.text('password') ?? '')
    return result.ok ? completed(`The password of ${jid} was changed.`) : refusedBy(result)
  },
})

/** XEP-0133 §4.1 to §4.7, without §4.6: nobody can be told a password, only keys of it are kept. */
export const manageAccounts: readonly Command[] = [
  addUser,
  deleteUsers,
  disableUsers,
  reenableUsers,
  endSessions,
  changePassword,
]

/** Users of this server, but not whoever asks: nobody locks himself out. */
function forOthers({ session, user }: Asker, act: (jid: BareJid) => Promise<Managed>) {
  return async (text: string): Promise<Managed> => {
    const jid = userAddress(session, text)
    if (isNoUser(jid)) return { ok: false, condition: jid }
    if (jid === user.jid) return { ok: false, condition: 'not-allowed', text: 'that is your own account' }
    return act(jid)
  }
}
