import { NS } from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { isLoopback } from '../proxy-protocol/networks.ts'
import { isAnonymous } from '../stream/security.ts'

const PREAUTH = `{${NS.preAuth}}preauth`
const QUERY = `{${NS.register}}query`

/** Whether this client may create an account in-band (XEP-0077). */
export function registrationAllowed(connection: Connection): boolean {
  const { edge, address, invite } = connection
  const { registration } = edge.config
  if (isAnonymous(connection)) return false
  return invite !== '' || registration === 'always' || (registration === 'loopback' && isLoopback(address))
}

export function isRegistration(parsed: ParsedElement): boolean {
  return parsed.name === 'iq' && parsed.children.includes(QUERY)
}

/** Whether this client may show an invitation (XEP-0445). */
export function invitesAllowed(connection: Connection): boolean {
  return !isAnonymous(connection)
}

export function isPreauth(parsed: ParsedElement): boolean {
  return parsed.name === 'iq' && parsed.children.includes(PREAUTH)
}
