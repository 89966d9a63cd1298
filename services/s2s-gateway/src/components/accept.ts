import { type Domain, domainOf } from '@heliograph/jid'
import { checkStanza, errorReply, Stanza } from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'
import type { ComponentStream } from './component-stream.ts'
import { sendOnBehalf } from './privileges.ts'

/** A first-level element of a component that has proved who it is: a stanza, checked, goes to the owner of its `to`. */
export function acceptFromComponent(stream: ComponentStream, parsed: ParsedElement, content: string): void {
  const stanza = parsed.namespace === content ? Stanza.from(parsed) : undefined
  if (stanza === undefined) return stream.refuse({ condition: 'unsupported-stanza-type' })
  acceptStanza(stream, stanza)
}

/** The same of what is known to be a stanza. */
export function acceptStanza(stream: ComponentStream, stanza: Stanza): void {
  // XEP-0114 §3: "All stanzas sent to the server MUST possess a 'from' attribute and a 'to' attribute".
  if (stanza.from === undefined || (stanza.to === undefined && stanza.malformed === undefined))
    return stream.refuse({ condition: 'improper-addressing' })
  // XEP-0114 §3: "The domain identifier portion of the JID contained in the 'from' attribute MUST match the hostname of the component."
  const definition = stream.bound.get(domainOf(stanza.from) as Domain)?.definition
  if (definition === undefined) return stream.refuse({ condition: 'invalid-from' })
  const problem = checkStanza(stanza)
  if (problem !== undefined) {
    const reply = errorReply(stanza, problem)
    if (reply) stream.inbound.answer(reply)
    return
  }
  if (stream.context.nesting.hears(stream, stanza)) return
  if (sendOnBehalf(stream, definition, stanza)) return
  // RFC 6120 §8.1.5: a stanza without a language has that of its stream.
  const inherits = stream.lang !== undefined && stanza.lang === undefined
  stream.inbound.bring(inherits ? stanza.with({ lang: stream.lang }) : stanza)
}
