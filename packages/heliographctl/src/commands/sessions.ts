import type { SessionSummary } from '@heliograph/rpc'
import type { Command } from '../command.ts'
import { moment, table } from '../output.ts'

const pageSize = 500

export const listSessions: Command = {
  name: 'sessions',
  parameters: ['[JID]'],
  help: 'List sessions, of everybody or of one user.',
  async run({ admin }, [jid = '']) {
    const sessions: SessionSummary[] = []
    const missing = new Set<string>()
    let after = ''
    do {
      const page = await admin.listSessions({ jid, after, max: pageSize, localOnly: false })
      sessions.push(...page.sessions)
      for (const instance of page.missing) missing.add(instance)
      after = page.next
    } while (after !== '')
    const rows = sessions.map(rowOf)
    const heads = ['JID', 'STATE', 'EDGE', 'ADDRESS', 'TRANSPORT', 'PRIORITY', 'SINCE']
    const notes = [...missing].map((instance) => `\n${instance} did not answer: what it owns is missing here`)
    return { data: { sessions, missing: [...missing] }, text: table(heads, rows, 'no sessions') + notes.join('') }
  },
}

function rowOf({ jid, state, edge, address, transport, secure, available, priority, since }: SessionSummary): string[] {
  const over = secure ? `${transport}+tls` : transport
  return [jid, state, edge === '' ? '-' : edge, address, over, available ? String(priority) : '-', moment(since)]
}

export const kick: Command = {
  name: 'kick',
  parameters: ['JID'],
  help: 'Close all sessions of a user, or the one of a full JID; --reason is shown to the client.',
  async run({ admin, options }, [jid = '']) {
    const { kicked } = await admin.kick({ jid, reason: options.reason ?? '', localOnly: false })
    return { data: { kicked }, text: `closed ${kicked} ${kicked === 1 ? 'session' : 'sessions'}` }
  },
}
