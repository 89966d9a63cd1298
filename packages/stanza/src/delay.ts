import type { Jid } from '@heliograph/jid'
import { type Element, serialize } from '@heliograph/xml'
import { el } from './builders.ts'
import { NS } from './ns.ts'
import type { Stanza } from './stanza.ts'
import { formatTimestamp } from './timestamp.ts'

/** XEP-0203: when a stanza was first sent (milliseconds since 1970), and by whom it was held. */
export function delay(stamp: number, from?: Jid, reason?: string): Element {
  return el('delay', { xmlns: NS.delay, from, stamp: formatTimestamp(stamp) }, reason)
}

/** XEP-0297: a stanza wrapped for forwarding, as XML text to `append`; its payload is not read. */
export function forwardedXml(stanza: Stanza, delayElement?: Element): string {
  const stamp = delayElement === undefined ? '' : serialize(delayElement)
  return `<forwarded xmlns='${NS.forward}'>${stamp}${stanza.toString(NS.client)}</forwarded>`
}
