import { type BareJid, makeJid } from '@heliograph/jid'
import { formatTimestamp, formElement, NS, stanzaError } from '@heliograph/stanza'
import { type Asker, type Command, completed, type Result, refused } from '../commands/command.ts'
import type { NewInvite } from './invite-store.ts'
import { isGone } from './is-gone.ts'

const RESULT = 'urn:xmpp:invite#invitation'

/** XEP-0401 §3.1: a user invites somebody. */
const inviteContact: Command = {
  node: NS.inviteCommand,
  name: 'Invite a contact',
  at: ['server'],
  who: 'users',
  isOffered: ({ session, user }) =>
    session.config.invites.byUsers !== 'never' && session.config.policies.get(user.domain)?.anonymous === undefined,
  stages: [],
  run: (asker) =>
    give(asker, {
      domain: asker.user.domain,
      inviter: asker.user.jid,
      account: null,
      registers: asker.session.config.invites.byUsers === 'accounts',
      subscribes: true,
    }),
}

/** XEP-0401 §3.2: an administrator has an account made by whoever will have it, who alone chooses the password. */
const createAccount: Command = {
  node: NS.createAccountCommand,
  name: 'Invite to make an account',
  at: ['server'],
  who: 'administrators',
  stages: [
    () => ({
      title: 'Invite to make an account',
      fields: [
        { var: 'username', type: 'text-single', label: 'Name of the account; empty: any' },
        { var: 'roster-subscription', type: 'boolean', label: 'On each other’s rosters with you', values: ['0'] },
      ],
    }),
  ],
  async run(asker, [form]) {
    const username = form?.text('username') ?? ''
    const account = username === '' ? null : (makeJid(username, asker.domain) as BareJid | undefined)
    if (account === undefined) return refused(stanzaError('jid-malformed'))
    if (account !== null && (await isGone(asker.session, account))) return refused(stanzaError('conflict'))
    const subscribes = form?.boolean('roster-subscription') ?? false
    const inviter = subscribes ? asker.user.jid : null
    return give(asker, { domain: asker.domain, inviter, account, registers: true, subscribes })
  },
}

export const inviteCommands: readonly Command[] = [inviteContact, createAccount]

async function give({ session }: Asker, invite: NewInvite): Promise<Result> {
  const invitation = await session.invites.create(invite)
  if (invitation === undefined)
    return refused(stanzaError('resource-constraint', { text: 'too many open invitations' }))
  session.events.invite('created')
  const form = formElement({
    type: 'result',
    formType: RESULT,
    fields: [
      { var: 'uri', type: 'text-single', values: [invitation.uri] },
      { var: 'expire', type: 'text-single', values: [formatTimestamp(invitation.expiresAt.getTime())] },
    ],
  })
  return completed(undefined, form)
}
