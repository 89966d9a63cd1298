import type { XmlLimits } from '@heliograph/xml'

/** What turns a transport's bytes into a stream's events: `Framer` for an XML stream, `DocumentIntake` for WebSocket messages. */
export interface Intake {
  push(chunk: Buffer): void
  /** Stops before the next event; what arrives meanwhile waits. */
  stop(): void
  resume(): void
  readonly stopped: boolean
  /** Takes away what waits. */
  takeRest(): Buffer
  /** The next thing must be a stream header. */
  reset(): void
  setLimits(limits: XmlLimits): void
}
