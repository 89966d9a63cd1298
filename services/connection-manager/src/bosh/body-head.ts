import { Framer, type StreamHeader, type XmlError, type XmlLimits } from '@heliograph/xml'
import { type BodyAttributes, readAttributes } from './attributes.ts'

/** What a request's body says before its content is read. */
export interface BodyHead extends BodyAttributes {
  /** It has no payloads. */
  readonly empty: boolean
}

/**
 * Reads the start tag of a body, of which no more than `headerBytes` are looked at. Undefined when it is none or anything in it is wrong
 * (`bad-request`). Nothing is said about the content: the session's intake reads that, once.
 */
export function readHead(body: Buffer, limits: XmlLimits): BodyHead | undefined {
  const scout = new Scout()
  new Framer(limits, scout).push(body.subarray(0, limits.headerBytes))
  if (scout.header === undefined) return undefined
  const attributes = readAttributes(scout.header)
  return attributes && { ...attributes, empty: scout.closed && !scout.filled }
}

/** XEP-0124 §11: a client may have one request more under way to pause or to end the session. */
export function isFurther({ terminate, pause }: BodyHead): boolean {
  return terminate || pause !== undefined
}

class Scout {
  header: StreamHeader | undefined = undefined
  filled = false
  closed = false

  onOpen(header: StreamHeader): void {
    this.header = header
  }

  onElement(): void {
    this.filled = true
  }

  onClose(): void {
    this.closed = true
  }

  onError(_error: XmlError): void {}
}
