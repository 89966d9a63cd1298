import type { Jid } from '@heliograph/jid'
import { el, type Stanza } from '@heliograph/stanza'
import { addressesOf, withAddresses } from './header.ts'

/** One stanza for several of the same domain, as its multicast service takes it (XEP-0033 §6): who isn't named to all is a blind receiver. */
export function forService(stanza: Stanza, recipients: readonly Jid[], service: Jid): Stanza {
  const blind = new Set<string>(recipients)
  const named = (addressesOf(stanza) ?? []).map((address) => {
    const { delivered, ...attrs } = address.attrs
    const isReceiver = delivered === 'true' && blind.delete(attrs.jid ?? '')
    return isReceiver ? el('address', attrs, address.children) : address
  })
  const addresses = [...named, ...[...blind].map((jid) => el('address', { type: 'bcc', jid }))]
  return withAddresses(stanza, addresses).with({ to: service })
}
