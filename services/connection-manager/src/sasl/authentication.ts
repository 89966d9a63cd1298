import { type ChannelBindings, type Dialogue, NO_BINDINGS } from '@heliograph/sasl'
import type { Connection } from '../connection.ts'

/** Authentication as far as it has come on one stream. */
export interface Authentication {
  failures: number
  /** Attempts that ended before a proof, for want of a channel binding in common. */
  mismatches: number
  /** The attempt under way. */
  dialogue: Dialogue | undefined
  /** Made when first asked for, after the handshake; a connection's TLS doesn't change any more. */
  bindings: ChannelBindings | undefined
}

export function authenticationOf(connection: Connection): Authentication {
  connection.authentication ??= { failures: 0, mismatches: 0, dialogue: undefined, bindings: undefined }
  return connection.authentication
}

/** What authentication on this connection can be bound to. */
export function bindingsOf(connection: Connection): ChannelBindings {
  const { tls } = connection.transport
  if (tls === undefined) return NO_BINDINGS
  const authentication = authenticationOf(connection)
  // Without STARTTLS the handshake came before the client said whom it wanted.
  const domain = connection.kind === 'tcp' ? connection.domain : undefined
  authentication.bindings ??= connection.edge.tls.bindings(tls, domain)
  return authentication.bindings
}
