import type { Domain } from '@heliograph/jid'
import type { FederationContext } from '../federation/federation-context.ts'
import type { XmlStream } from '../streams/xml-stream.ts'
import type { Authority } from './authority.ts'
import type { Intake } from './intake.ts'

/** A stream on which stanzas of another server come, whoever opened it. */
export interface Source {
  readonly context: FederationContext
  readonly stream: Pick<XmlStream, 'close'>
  readonly intake: Intake
  /** For whom the peer may speak. */
  readonly authority: Pick<Authority, 'isEmpty' | 'has' | 'covers'>
  readonly local: Domain | undefined
  readonly lang: string | undefined
}
