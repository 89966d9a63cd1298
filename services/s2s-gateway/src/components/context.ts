import type { Domain } from '@heliograph/jid'
import type { XmlLimits } from '@heliograph/xml'
import type { GatewayContext } from '../context.ts'
import type { Definition } from './definition.ts'
import type { Directory } from './directory.ts'
import type { ComponentEvents } from './events.ts'

/** What the parts of this half are given; built in `components.ts`. */
export interface ComponentsContext extends GatewayContext {
  readonly definitions: ReadonlyMap<Domain, Definition>
  readonly directory: Directory
  readonly events: ComponentEvents
  /** The parser's limits before and after the handshake. */
  readonly xmlBeforeAuth: XmlLimits
  readonly xml: XmlLimits
}
