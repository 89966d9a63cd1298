import type { ParsedElement, StreamHeader } from '@heliograph/xml'

/** How a component negotiates its stream, and what it may say then. */
export interface Dialect {
  /** Our stream header as text. */
  greeting(): string
  opened(header: StreamHeader): void
  element(parsed: ParsedElement): void
}
