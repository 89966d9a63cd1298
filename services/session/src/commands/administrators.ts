import { bareOf, domainOf, parseJid } from '@heliograph/jid'
import { type StanzaError, stanzaError } from '@heliograph/stanza'
import type { Asker } from './command.ts'

/** Whether the asker administers the domain that is asked, with all others or it alone. */
export function isAdministrator(asker: Asker): boolean {
  const { session, user, domain } = asker
  return administersAll(asker) || session.config.domainAdmins.get(domain)?.includes(user.jid) === true
}

/**
 * Why the asker may do nothing about one of these addresses; undefined: it may. An administrator of one domain has its users alone, and of
 * them none who administers more: with another password for such an account he would, too.
 */
export function beyondAuthority(asker: Asker, addresses: readonly string[]): StanzaError | undefined {
  if (administersAll(asker)) return undefined
  const { domain } = asker
  const beyond = addresses.find((address) => !isWithin(asker, address))
  return beyond === undefined
    ? undefined
    : stanzaError('forbidden', { text: `${beyond} isn’t for administrators of ${domain}` })
}

function administersAll({ session, user }: Asker): boolean {
  return session.config.admins.includes(user.jid)
}

function isWithin({ session: { config }, domain }: Asker, address: string): boolean {
  const jid = parseJid(address)
  if (jid === undefined || domainOf(jid) !== domain) return false
  const user = bareOf(jid)
  if (config.admins.includes(user)) return false
  return [...config.domainAdmins].every(([other, admins]) => other === domain || !admins.includes(user))
}
