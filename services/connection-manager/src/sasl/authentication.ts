import type { BareJid } from '@heliograph/jid'
import { type ChannelBindings, type Dialogue, NO_BINDINGS } from '@heliograph/sasl'
import type { Connection } from '../connection.ts'
import type { Login } from '../sasl2/login.ts'
import type { Profile } from './profile.ts'

/** One attempt to authenticate: what is said, and how it is written. */
export interface Attempt {
  readonly dialogue: Dialogue
  readonly profile: Profile
}

/** Authentication as far as it has come on one stream. */
export interface Authentication {
  failures: number
  /** Attempts that ended before a proof, for want of a channel binding in common. */
  mismatches: number
  /** The attempt under way. */
  attempt: Attempt | undefined
  /** The request of a client that authenticates by XEP-0388, until it has its answer. */
  login: Login | undefined
  /** Who the client said it is in the stream header. */
  claimed: BareJid | undefined
  /** Made when first asked for, after the handshake; a connection's TLS doesn't change any more. */
  bindings: ChannelBindings | undefined
}

export function authenticationOf(connection: Connection): Authentication {
  connection.authentication ??= {
    failures: 0,
    mismatches: 0,
    attempt: undefined,
    login: undefined,
    claimed: undefined,
    bindings: undefined,
  }
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
