import { el, NS, type Stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'

/** The addresses of a stanza's header; undefined where it has none. */
export function addressesOf(stanza: Stanza): readonly Element[] | undefined {
  const header = stanza.child('addresses', NS.addresses)
  return header?.children.filter((child): child is Element => typeof child !== 'string')
}

export function withoutHeader(stanza: Stanza): Stanza {
  return stanza.without((child) => child.is('addresses', NS.addresses))
}

/** The same stanza with these addresses, at its end. */
export function withAddresses(stanza: Stanza, addresses: readonly Element[]): Stanza {
  return withoutHeader(stanza).append(el('addresses', { xmlns: NS.addresses }, addresses))
}
