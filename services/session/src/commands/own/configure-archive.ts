import { MOST_RETENTION_DAYS, retainedDays } from '@heliograph/archive'
import { NS, stanzaError } from '@heliograph/stanza'
import { hasFullAccess } from '../../clients/full-access.ts'
import { type Asker, type Command, completed, type Result, refused, type StageForm } from '../command.ts'

/** XEP-0441 §2.2: one says how long one's messages are to stay in the archive, where that is less than the server's own time. */
export const configureArchive: Command = {
  node: NS.mamConfigure,
  name: 'Configure my archive',
  at: ['account'],
  who: 'users',
  isOffered: ({ user, session }) => session.config.archive.enabled && !user.anonymous,
  stages: [ask],
  async run({ session, user }, [form]) {
    const days = form?.number('days') ?? 0
    await session.retention.set(user.jid, 'wished', days === 0 ? null : days)
    return completed(await told({ session, user }))
  },
}

async function ask({ session, user, resource }: Asker): Promise<StageForm | Result> {
  // What is removed doesn't come back: not for who holds no more than a token of an issuer.
  if (!hasFullAccess(resource)) return refused(stanzaError('forbidden', { text: 'log in with the password first' }))
  const { wished } = await session.retention.of(user.jid)
  return {
    formType: NS.mamConfigure,
    title: 'Configure my archive',
    instructions: [await told({ session, user })],
    fields: [
      {
        var: 'days',
        type: 'text-single',
        label: 'Days that messages are to stay, 0 for as long as the server keeps them',
        required: true,
        values: [String(wished ?? 0)],
        rule: { datatype: 'xs:integer', min: '0', max: String(MOST_RETENTION_DAYS) },
      },
    ],
  }
}

async function told({ session, user }: Pick<Asker, 'session' | 'user'>): Promise<string> {
  const days = retainedDays(session.config.archive.retention, user.jid, await session.retention.of(user.jid))
  return days === 0 ? 'Messages are kept for ever.' : `Messages are removed after ${days} days.`
}
