import { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import { chainProblem } from '@heliograph/certificates'
import type { Domain } from '@heliograph/jid'
import type { FederationContext } from '../federation/federation-context.ts'
import { covers } from './covers.ts'
import { unproven } from './proof.ts'
import { shownBy } from './shown.ts'

/**
 * The same as `unproven` where the peer connected: which authorities count for it was known after the handshake, so they are asked now, and what
 * the handshake found counts only where there are none of its own.
 */
export function unprovenAccepted(
  socket: TLSSocket,
  domain: Domain,
  { policy }: Pick<FederationContext, 'policy'>,
): string | undefined {
  const { authorities } = policy.of(domain)
  if (authorities === undefined) return unproven(socket, domain)
  const shown = shownBy(socket)
  const problem = chainProblem(
    shown,
    authorities.map((pem) => new X509Certificate(pem)),
  )
  if (problem !== undefined) return shown.length === 0 ? problem : `its certificate isn't trusted: ${problem}`
  return covers(shown[0]?.subjectAltName, domain) ? undefined : `its certificate isn't for ${domain}`
}
