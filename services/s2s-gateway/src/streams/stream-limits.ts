import type { HeliographConfig } from '@heliograph/config'
import type { XmlLimits } from '@heliograph/xml'

const HEADER_BYTES = 8_192

/** What may come on a stream, and before it is proven whose it is. */
export interface StreamLimits {
  readonly xmlBeforeAuth: XmlLimits
  readonly xml: XmlLimits
}

export function streamLimitsOf({ limits }: HeliographConfig): StreamLimits {
  const xml = {
    elementBytes: limits.stanzaBytes,
    headerBytes: HEADER_BYTES,
    depth: limits.depth,
    attributes: limits.attributes,
    nameLength: limits.nameBytes,
  }
  return { xml, xmlBeforeAuth: { ...xml, elementBytes: limits.stanzaBytesBeforeAuth } }
}
