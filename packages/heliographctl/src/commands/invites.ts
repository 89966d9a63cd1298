import type { InviteSummary } from '@heliograph/rpc'
import type { Command } from '../command.ts'
import { Failure } from '../failure.ts'
import { moment, table } from '../output.ts'
import { mustBeDone } from './verdict.ts'

const pageSize = 500

export const createInvite: Command = {
  name: 'invites create',
  parameters: ['DOMAIN|JID'],
  help: 'Invite somebody to make an account, of any name or of that one; --inviter JID gets on its roster, --days N.',
  async run({ admin, options }, [jid = '']) {
    const days = Number(options.days ?? 0)
    if (!Number.isInteger(days) || days < 0 || days > 3_650) throw new Failure('misused', '--days must be 1 to 3650')
    const reply = await admin.createInvite({ jid, inviter: options.inviter ?? '', days })
    mustBeDone(reply, jid)
    const { uri, expiresAt } = reply
    return { data: { uri, expiresAt }, text: `${uri}\ngood until ${moment(expiresAt)}` }
  },
}

export const listInvites: Command = {
  name: 'invites list',
  parameters: [],
  help: 'List invitations that are open or were so in the last 30 days; --domain narrows it.',
  async run({ admin, options }) {
    const invites: InviteSummary[] = []
    let below = 0
    do {
      const page = await admin.listInvites({ domain: options.domain ?? '', below, max: pageSize })
      invites.push(...page.invites)
      below = page.next
    } while (below !== 0)
    const rows = invites.map((invite) => [
      String(invite.number),
      invite.inviter || '-',
      invite.account || (invite.registers ? `any at ${invite.domain}` : 'contact'),
      moment(invite.createdAt),
      moment(invite.expiresAt),
      invite.usedBy || '-',
    ])
    const heads = ['NUMBER', 'INVITER', 'FOR', 'CREATED', 'EXPIRES', 'USED BY']
    return { data: invites, text: table(heads, rows, 'no invitations') }
  },
}

export const revokeInvite: Command = {
  name: 'invites revoke',
  parameters: ['NUMBER'],
  help: 'Make an invitation good for nothing.',
  async run({ admin }, [text = '']) {
    if (!/^\d{1,9}$/.test(text)) throw new Failure('misused', 'NUMBER is what invites list shows')
    const { ok } = await admin.revokeInvite({ number: Number(text) })
    if (!ok) throw new Failure('refused', `there is no invitation ${text}`)
    return { data: { number: Number(text) }, text: `revoked ${text}` }
  },
}
