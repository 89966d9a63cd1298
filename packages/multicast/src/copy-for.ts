import type { Jid } from '@heliograph/jid'
import { el, NS, type Stanza } from '@heliograph/stanza'
import { type Element, escapeAttribute } from '@heliograph/xml'
import { addressesOf, withAddresses } from './header.ts'
import { HEADER } from './is-multicast.ts'

const END = Buffer.from('</addresses>')

/**
 * What one recipient gets of a stanza to several: who gets it blindly is named in his own copy alone, if anybody is (XEP-0033 §6). What isn't `isPrepared` has
 * its header from elsewhere, and goes as it is.
 */
export function copyFor(stanza: Stanza, to: Jid): Stanza {
  const addresses = addressesOf(stanza)
  const isNamed = addresses?.some(({ attrs }) => attrs.jid === to && attrs.delivered === 'true')
  if (addresses === undefined || isNamed || !isPrepared(stanza)) return stanza.with({ to })
  const { payload, children } = stanza
  if (children.at(-1) !== HEADER || payload.indexOf(END, -END.length) < 0)
    return withAddresses(stanza, [...addresses, el('address', { type: 'bcc', jid: to })]).with({ to })
  const own = Buffer.from(`<address type='bcc' jid='${escapeAttribute(to)}'/>`)
  return stanza.withPayload(Buffer.concat([payload.subarray(0, -END.length), own, END]), children).with({ to })
}

/** Whether no service would deliver a stanza to anybody whom we don't add to its header. Whoever writes to a room may put one into it. */
export function isPrepared(stanza: Stanza): boolean {
  const { addresses: namespace } = NS
  const isSafe = ({ name, attrs }: Element): boolean =>
    name === 'address' &&
    attrs.type !== 'bcc' &&
    (attrs.delivered === 'true' || (attrs.type !== 'to' && attrs.type !== 'cc'))
  const headers = stanza.children.filter((name) => name.startsWith(`{${namespace}}`))
  return headers.length === 0 || (headers.length === 1 && (addressesOf(stanza) ?? []).every(isSafe))
}
