import type { Command } from '../command.ts'
import { table } from '../output.ts'

export const listDomains: Command = {
  name: 'domains list',
  parameters: [],
  help: 'List the domains that are served, with their accounts and how many they may have; --domain narrows it.',
  async run({ admin, options }) {
    const { domains } = await admin.listDomains({ domain: options.domain ?? '' })
    const rows = domains.map(({ name, accounts, limited, maxAccounts, anonymous }) => [
      name,
      anonymous ? 'anonymous' : String(accounts),
      limited ? String(maxAccounts) : '-',
    ])
    return { data: domains, text: table(['DOMAIN', 'ACCOUNTS', 'AT MOST'], rows, 'no such domain') }
  },
}
