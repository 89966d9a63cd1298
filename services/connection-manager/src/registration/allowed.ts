import { NS } from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { isLoopback } from '../proxy-protocol/networks.ts'
import { isAnonymous } from '../stream/security.ts'

const QUERY = `{${NS.register}}query`

/** Whether this client may create an account in-band (XEP-0077). */
export function registrationAllowed(connection: Connection): boolean {
  const { edge, address } = connection
  const { registration } = edge.config
  if (isAnonymous(connection)) return false
  return registration === 'always' || (registration === 'loopback' && isLoopback(address))
}

export function isRegistration(parsed: ParsedElement): boolean {
  return parsed.name === 'iq' && parsed.children.includes(QUERY)
}
