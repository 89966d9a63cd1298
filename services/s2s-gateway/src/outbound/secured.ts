import type { Socket } from 'node:net'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { domainToASCII } from 'node:url'
import type { FederationContext } from '../federation/federation-context.ts'
import type { Direction } from './initiation.ts'

/** Puts TLS on a connection that we made, with the certificate of our domain. */
export function secured(
  { certificates, policy }: Pick<FederationContext, 'certificates' | 'policy'>,
  { local, remote }: Direction,
  socket: Socket,
  alpn?: readonly string[],
): TLSSocket {
  const { authorities } = policy.of(remote)
  const options: ConnectionOptions = {
    socket,
    secureContext:
      authorities === undefined ? certificates.contextFor(local) : certificates.contextTrusting(authorities, local),
    servername: domainToASCII(remote),
    // Whom the certificate is for is judged by our own rules, and what it is worth by those for the peer.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
  }
  return connect(options)
}
