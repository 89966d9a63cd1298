import { NS, stanzaError } from '@heliograph/stanza'
import { announceEverywhere } from '../../rpc/announce.ts'
import { type Command, completed, type Result, refused } from '../command.ts'
import { adminCommand, asking, field } from './admin-command.ts'

const motdField = field('motd', 'text-multi', 'Message of the day')
const NO_MOTD = refused(stanzaError('item-not-found', { text: 'there is no message of the day' }))
const NO_WELCOME = refused(stanzaError('item-not-found', { text: 'there is no welcome message' }))

const announce = adminCommand({
  node: 'announce',
  name: 'Announce something to online users',
  stages: [
    asking(
      'Announcement',
      field('subject', 'text-single', 'Subject', false),
      field('announcement', 'text-multi', 'Announcement'),
    ),
  ],
  async run({ session, domain }, [form]) {
    const [subject = '', text = ''] = [form?.text('subject'), form?.text('announcement')]
    return told(await announceEverywhere(session, { domain, subject, text, standing: '' }), 'The announcement')
  },
})

const setMotd = adminCommand({
  node: 'set-motd',
  name: 'Set the message of the day',
  stages: [asking('Message of the day', motdField)],
  async run({ session, domain }, [form]) {
    await session.standing.set(domain, 'motd', form?.text('motd') ?? '')
    const request = { domain, subject: '', text: '', standing: 'motd' }
    return told(await announceEverywhere(session, request), 'It is set; it')
  },
})

const editMotd = adminCommand({
  node: 'edit-motd',
  name: 'Edit the message of the day',
  stages: [
    async ({ session, domain }) => {
      const present = await session.standing.read(domain, 'motd')
      if (present === undefined) return NO_MOTD
      const fields = [{ ...motdField, values: present.text.split('\n') }]
      return { formType: NS.admin, title: 'Message of the day', fields }
    },
  ],
  async run({ session, domain }, [form]) {
    const edited = await session.standing.edit(domain, 'motd', form?.text('motd') ?? '')
    return edited ? completed('It is edited. Who has had it doesn’t get it again.') : NO_MOTD
  },
})

const deleteMotd = adminCommand({
  node: 'delete-motd',
  name: 'Delete the message of the day',
  stages: [],
  run: async ({ session, domain }) =>
    (await session.standing.remove(domain, 'motd')) ? completed('It is deleted.') : NO_MOTD,
})

const setWelcome = adminCommand({
  node: 'set-welcome',
  name: 'Set the welcome message',
  stages: [asking('Welcome message', field('welcome', 'text-multi', 'Welcome message'))],
  async run({ session, domain }, [form]) {
    await session.standing.set(domain, 'welcome', form?.text('welcome') ?? '')
    return completed('It is set: who gets an account from now on gets it at the first login.')
  },
})

const deleteWelcome = adminCommand({
  node: 'delete-welcome',
  name: 'Delete the welcome message',
  stages: [],
  run: async ({ session, domain }) =>
    (await session.standing.remove(domain, 'welcome')) ? completed('It is deleted.') : NO_WELCOME,
})

/** XEP-0133 §4.23 to §4.28, for the domain that is asked. */
export const announcements: readonly Command[] = [announce, setMotd, editMotd, deleteMotd, setWelcome, deleteWelcome]

function told({ users, missing }: Awaited<ReturnType<typeof announceEverywhere>>, what: string): Result {
  const text = `${what} is on its way to ${users} users.`
  if (missing.length === 0) return completed(text)
  return { kind: 'completed', note: { type: 'warn', text: `${text} These didn’t answer: ${missing.join(', ')}.` } }
}
