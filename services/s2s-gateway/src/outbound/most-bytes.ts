import { NS } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'

/** How long elements a peer takes, by its features (XEP-0478). */
export function mostBytesIn(features: Element): number {
  const most = Number(features.getChild('limits', NS.streamLimits)?.getChildText('max-bytes') ?? Number.NaN)
  return Number.isSafeInteger(most) && most > 0 ? most : Number.POSITIVE_INFINITY
}
