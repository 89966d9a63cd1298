import { NS, type Stanza } from '@heliograph/stanza'

export const HEADER = `{${NS.addresses}}addresses`

/** Whether a stanza to a multicast service has more receivers than its `to`. Only the head is looked at; its header may still be malformed. */
export function isMulticast(stanza: Stanza): boolean {
  // XEP-0033 §3: not in an IQ. An error tells of a stanza that had such a header.
  return stanza.name !== 'iq' && stanza.type !== 'error' && stanza.has(HEADER)
}
