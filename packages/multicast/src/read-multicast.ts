import { type Jid, parseJid } from '@heliograph/jid'
import { el, type Stanza, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { addressesOf, withAddresses, withoutHeader } from './header.ts'
import { HEADER } from './is-multicast.ts'

const TYPES: ReadonlySet<unknown> = new Set(['to', 'cc', 'bcc', 'replyto', 'replyroom', 'noreply', 'ofrom'])
const RECEIVERS: ReadonlySet<unknown> = new Set(['to', 'cc', 'bcc'])

/** A stanza to several, as its header says. */
export interface Multicast {
  /** Whom it is for: each once, without those who have it. */
  readonly recipients: readonly Jid[]
  /** What is made of it for each of them: without `to`, and with what all of them may see of the header (XEP-0033 §6). */
  readonly stanza: Stanza
}

interface Address {
  readonly element: Element
  readonly type: string
  readonly jid: Jid | undefined
  readonly isDelivered: boolean
}

/**
 * Reads the header of a stanza to a multicast service. @param most addresses at most
 * @returns what the sender is told, where the header is none or names too many
 */
export function readMulticast(stanza: Stanza, most: number): Multicast | StanzaError {
  const elements = addressesOf(stanza) ?? []
  if (stanza.children.filter((name) => name === HEADER).length !== 1) return malformed('one list of addresses')
  // XEP-0033 §9
  if (elements.length > most) return stanzaError('not-acceptable', { text: `at most ${most} addresses` })
  const recipients = new Set<Jid>()
  const shown: Element[] = []
  for (const element of elements) {
    const address = readAddress(element)
    if ('condition' in address) return address
    const { type, jid, isDelivered } = address
    if (jid !== undefined && !isDelivered && RECEIVERS.has(type)) recipients.add(jid)
    // XEP-0033 §4.6.3: who else gets a blind copy nobody is told.
    if (type !== 'bcc') shown.push(shownOf(address))
  }
  if (recipients.size === 0) return malformed('nobody to deliver to')
  const rest = withoutHeader(stanza.with({ to: undefined }))
  return { recipients: [...recipients], stanza: shown.length === 0 ? rest : withAddresses(rest, shown) }
}

/** XEP-0033 §4.5: marked, so that nobody delivers it again. */
function shownOf({ element, type, jid }: Address): Element {
  if (jid === undefined || !RECEIVERS.has(type)) return element
  return el('address', { ...element.attrs, jid, delivered: 'true' }, element.children)
}

/** XEP-0033 §4 */
function readAddress(element: Element): Address | StanzaError {
  const { type = '', jid: text, uri, node, desc, delivered } = element.attrs as Record<string, string | undefined>
  if (element.name !== 'address' || !TYPES.has(type)) return malformed('an address of no known type')
  if (delivered !== undefined && delivered !== 'true') return malformed('delivered can only be true')
  if (uri !== undefined && (text ?? node) !== undefined) return malformed('an address with a URI and a JID')
  const isReceiver = RECEIVERS.has(type)
  const isEmpty = (text ?? uri ?? (isReceiver ? undefined : (node ?? desc))) === undefined
  if (isEmpty && type !== 'noreply') return malformed('an address without a JID')
  const jid = text === undefined ? undefined : parseJid(text)
  // URIs are optional, and none is understood here.
  if ((text !== undefined || (isReceiver && delivered === undefined)) && jid === undefined)
    return stanzaError('jid-malformed', { text: text ?? uri ?? '' })
  return { element, type, jid, isDelivered: delivered !== undefined }
}

function malformed(text: string): StanzaError {
  return stanzaError('bad-request', { text })
}
