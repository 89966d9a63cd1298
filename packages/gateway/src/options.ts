import type { Domain } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'
import type { Network } from './network.ts'
import type { RegistrationField, Registrations } from './registrations.ts'

export interface GatewayOptions {
  readonly domain: Domain
  /** Of the category `gateway`. */
  readonly identity: { readonly type: string; readonly name: string }
  readonly instructions: string
  readonly fields: readonly RegistrationField[]
  readonly network: Network
  readonly registrations: Registrations
  /** Takes what the gateway says. */
  readonly send: (stanza: Stanza) => void
  /** Told of what nobody foresaw. */
  readonly failed: (error: unknown) => void
}
