import type { CertificateStore } from '@heliograph/certificates'
import type { Domain } from '@heliograph/jid'
import type { GatewayContext } from '../context.ts'
import type { DialbackKeys } from '../dialback/key.ts'
import type { Finder } from '../finding/finder.ts'
import type { NameResolver } from '../finding/resolver.ts'
import type { Setbacks } from '../finding/setbacks.ts'
import type { Elsewhere } from '../inbound/elsewhere.ts'
import type { Inquiries } from '../inbound/inquiries.ts'
import type { Resumables } from '../inbound/resumables.ts'
import type { TlsReception } from '../inbound/tls-reception.ts'
import type { Ways } from '../pairs/ways.ts'
import type { QueueStore } from '../queue/queue-store.ts'
import type { Allowances } from '../streams/allowances.ts'
import type { StreamLimits } from '../streams/stream-limits.ts'
import type { FederationEvents } from './events.ts'
import type { PeerPolicy } from './peer-policy.ts'
import type { Refusals } from './refusals.ts'

/** Everything that streams to other servers are made of; built in `federation.ts`. */
export interface FederationContext extends GatewayContext, StreamLimits {
  readonly events: FederationEvents
  readonly policy: PeerPolicy
  readonly refusals: Refusals
  readonly allowances: { readonly in: Allowances; readonly out: Allowances }
  readonly finder: Finder
  readonly names: Pick<NameResolver, 'lookup'>
  readonly setbacks: Setbacks
  readonly keys: DialbackKeys
  readonly inquiries: Inquiries
  /** Undefined where nothing is kept for servers that can't be reached. */
  readonly store?: QueueStore | undefined
  readonly resumables: Resumables
  readonly elsewhere: Elsewhere
  readonly ways: Ways
  readonly certificates: CertificateStore
  readonly tls: TlsReception
  /** Whether a domain is served here, by us or by a component, so that others may have stanzas for it. */
  readonly isOurs: (domain: Domain) => boolean
  /** Aborts when the gateway stops. */
  readonly stopping: AbortSignal
}
