import type { ParsedElement } from '@heliograph/xml'
import type { Intake } from '../inbound/intake.ts'
import type { Management } from '../streams/management.ts'
import type { StreamEnd, XmlStream } from '../streams/xml-stream.ts'

/** A stream on which stanzas may be sent to another server, whoever opened it. */
export interface Way {
  /** Whether we opened it: then it is ours to resume, and to close when it is idle. */
  readonly isOurs: boolean
  readonly stream: XmlStream
  readonly management: Management | undefined
  /** Longer elements the peer doesn't take. */
  readonly mostBytes: number
  /** What comes on it where we opened it and stanzas come, too (XEP-0288). */
  readonly intake?: Intake | undefined
  onEnded: (end: StreamEnd) => void
  onManagement: (parsed: ParsedElement) => void
  /** It is to end in order: resolves when the peer has what was written, and no more will be. */
  onFinish: () => Promise<void>
  /** Closes it once what came on it is where it belongs. */
  finish(): Promise<void>
}
