import type { Domain } from '@heliograph/jid'
import type { Credentials } from '@heliograph/sasl'
import type { GatewayContext } from '../context.ts'
import type { StreamLimits } from '../streams/stream-limits.ts'
import type { ComponentTls } from './component-tls.ts'
import type { Definition } from './definition.ts'
import type { Directory } from './directory.ts'
import type { ComponentEvents } from './events.ts'
import type { Nesting } from './nesting.ts'

/** What the parts of this half are given; built in `components.ts`. */
export interface ComponentsContext extends GatewayContext, StreamLimits {
  readonly definitions: ReadonlyMap<Domain, Definition>
  readonly directory: Directory
  readonly events: ComponentEvents
  readonly nesting: Nesting
  readonly tls: ComponentTls
  readonly credentials: Credentials
  /** Some component may come with SASL (XEP-0225). */
  readonly offersSasl: boolean
}
