import { DELEGATION } from '@heliograph/delegation'
import { bareOf, type Jid, trusted } from '@heliograph/jid'
import { checkStanza, NS, Stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'

/** The result of a component, or what is wrong with it. */
export type Unwrapped = { readonly result: Stanza } | { readonly wrong: string }

/** What a component answers to a request that it was forwarded (XEP-0355 §4.3). */
export function unwrap(request: Stanza, answer: Stanza): Unwrapped {
  if (answer.type !== 'result') return { wrong: 'an error' }
  const forwarded = answer.child('delegation', DELEGATION)?.getChild('forwarded', NS.forward)
  const iq = forwarded?.getChild('iq', NS.client) as Element | undefined
  if (iq === undefined) return { wrong: 'nothing forwarded' }
  const result = Stanza.fromElement(iq)
  const wrong = wrongWith(request, result)
  return wrong === undefined ? { result } : { wrong }
}

function wrongWith(request: Stanza, result: Stanza): string | undefined {
  if (checkStanza(result) !== undefined) return 'no stanza'
  // "MUST insure that the 'to' and the 'from' attribute corresponds to respectively the 'from' and the 'to' attributes of the initial stanza"
  if (result.to !== request.from) return 'to'
  if (answererOf(result.from, result.to) !== answererOf(request.to, request.from)) return 'from'
  if (result.id !== request.id) return 'id'
  if (result.type !== 'result') return 'type'
  // RFC 6120 §8.2.3
  return result.children.length > 1 ? 'more than one payload' : undefined
}

/** RFC 6120 §10.3: without an address it is the account of who asks. */
function answererOf(address: Jid | undefined, asker: Jid | undefined): Jid | undefined {
  return address ?? (asker && bareOf(trusted(asker)))
}
