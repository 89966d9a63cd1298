import type { TLSSocket } from 'node:tls'
import type { Domain } from '@heliograph/jid'
import { covers } from './covers.ts'
import { shownBy } from './shown.ts'

/** Why the certificate that the peer showed proves nothing of that domain; undefined when it proves that it is its server. */
export function unproven(socket: TLSSocket, domain: Domain): string | undefined {
  const [certificate] = shownBy(socket)
  if (certificate === undefined) return 'it showed no certificate'
  if (!socket.authorized) return `its certificate isn't trusted: ${socket.authorizationError}${hint(socket)}`
  return covers(certificate.subjectAltName, domain) ? undefined : `its certificate isn't for ${domain}`
}

/** It may still be that its issuer isn't trusted either: the purpose is what is found last. */
function hint({ authorizationError }: TLSSocket): string {
  return String(authorizationError) === 'INVALID_PURPOSE' ? ' (an extended key usage without clientAuth)' : ''
}
