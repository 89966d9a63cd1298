import {
  availableMechanisms,
  availableTokenMechanisms,
  type MechanismName,
  type TokenMechanismName,
} from '@heliograph/sasl'
import type { Connection } from '../connection.ts'
import { bindingsOf } from '../sasl/authentication.ts'

/** Whether TLS can be started inside the stream: never over HTTP (RFC 7395 §3.9, XEP-0206 §2). */
export function startTlsOffered(connection: Connection): boolean {
  return !connection.secure && connection.kind === 'tcp'
}

/** Whether the client must start TLS before anything else. Plain HTTP gets its TLS from the proxy before it. */
export function tlsMissing(connection: Connection): boolean {
  return connection.edge.config.tls.required && startTlsOffered(connection)
}

/** Whether the domain is for users without accounts. */
export function isAnonymous({ edge, domain }: Connection): boolean {
  return domain !== undefined && edge.config.anonymous.includes(domain)
}

/** The mechanisms for this connection as it is now, in order of preference. */
export function offeredMechanisms(connection: Connection): MechanismName[] {
  const { mechanisms, bearer } = connection.edge.config
  return availableMechanisms({
    tls: connection.secure,
    bindings: bindingsOf(connection).types,
    anonymous: isAnonymous(connection),
    bearer: bearer !== undefined && bearer.domain === connection.domain,
    ...(mechanisms === undefined ? {} : { policy: { enabled: mechanisms } }),
  })
}

/** The mechanisms for who has a token (XEP-0484). */
export function offeredTokenMechanisms(connection: Connection): TokenMechanismName[] {
  if (isAnonymous(connection)) return []
  return availableTokenMechanisms(bindingsOf(connection).types)
}
