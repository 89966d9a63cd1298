import type { SaslCondition } from '@heliograph/sasl'
import { NS } from '@heliograph/stanza'
import { escapeText } from '@heliograph/xml'

/** The `<failure/>` element (RFC 6120 §6.4.5). */
export function failureXml(condition: SaslCondition, text: string): string {
  return `<failure xmlns='${NS.sasl}'><${condition}/><text xml:lang='en'>${escapeText(text)}</text></failure>`
}
