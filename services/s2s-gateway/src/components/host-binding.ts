import { type Domain, parseDomain, trusted } from '@heliograph/jid'
import {
  checkStanza,
  el,
  errorReply,
  iqResult,
  NS,
  Stanza,
  type StanzaCondition,
  stanzaError,
} from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'
import { acceptStanza } from './accept.ts'
import type { Definition } from './definition.ts'
import type { SaslDialect } from './sasl-dialect.ts'

export const BINDING = 'urn:xmpp:component:0'
const BIND = `{${BINDING}}bind`
const UNBIND = `{${BINDING}}unbind`

/** What a component says that has authenticated: hostnames to bind and to unbind (XEP-0225 §4), and stanzas of those. */
export function acceptBinding(dialect: SaslDialect, identity: Definition, parsed: ParsedElement): void {
  const { stream, local } = dialect
  const stanza = parsed.namespace === NS.client ? Stanza.from(parsed) : undefined
  if (stanza === undefined) return stream.refuse({ condition: 'unsupported-stanza-type' })
  const isForUs = stanza.to === undefined || stanza.to === trusted(local)
  const [payload] = stanza.children
  if (stanza.name === 'iq' && isForUs && (payload === BIND || payload === UNBIND)) {
    const reply = answerOf(dialect, identity, stanza)
    if (reply) stream.inbound.answer(reply)
    return
  }
  // RFC 6120 §7.1: nothing else before something is bound.
  if (stream.bound.size === 0) return stream.refuse({ condition: 'not-authorized', text: 'bind a hostname first' })
  acceptStanza(stream, addressed(dialect, stanza))
}

function answerOf(dialect: SaslDialect, identity: Definition, request: Stanza): Stanza | undefined {
  const problem = checkStanza(request)
  if (problem !== undefined) return errorReply(request, problem)
  if (request.type !== 'set') return errorReply(request, stanzaError('bad-request'))
  const name = request.children[0] === BIND ? 'bind' : 'unbind'
  const said = request.child(name, BINDING)?.getChildText('hostname', BINDING) ?? undefined
  // As with a client's resource: without one it is that of who has authenticated.
  const hostname = said === undefined && name === 'bind' ? identity.domain : parseDomain(said ?? '')
  if (hostname === undefined) return errorReply(request, stanzaError('bad-request'))
  return name === 'bind' ? bound(dialect, identity, request, hostname) : unbound(dialect, request, hostname)
}

/** XEP-0225 §4: "the server MUST return an IQ-result specifying the exact hostname that was bound", or one of these errors. */
function bound({ stream }: SaslDialect, identity: Definition, request: Stanza, hostname: Domain): Stanza | undefined {
  const refused = (condition: StanzaCondition) => errorReply(request, stanzaError(condition))
  const definition = identity.siblings.includes(hostname) ? stream.context.definitions.get(hostname) : undefined
  if (definition === undefined) return refused('not-allowed')
  if (stream.bound.has(hostname)) return refused('conflict')
  if (stream.isFull(definition)) return refused('resource-constraint')
  // What is for that hostname mustn't come before the component knows that it is bound.
  stream.inbound.answer(iqResult(request, el('bind', { xmlns: BINDING }, el('hostname', null, hostname))))
  stream.bind(definition)
  return undefined
}

function unbound({ stream }: SaslDialect, request: Stanza, hostname: Domain): Stanza | undefined {
  return stream.unbind(hostname) ? iqResult(request) : errorReply(request, stanzaError('item-not-found'))
}

/** As with clients (RFC 6120 §8.1.2.1, §10.3.3): where one hostname is bound a stanza is its, and a request without an address is for the server. */
function addressed({ stream, local }: SaslDialect, stanza: Stanza): Stanza {
  const [only, ...others] = stream.bound.keys()
  const from = stanza.from ?? (stanza.malformed === 'from' || others.length > 0 ? undefined : only)
  const to = stanza.to ?? (stanza.name === 'iq' && stanza.malformed !== 'to' ? local : undefined)
  if (from === stanza.from && to === stanza.to) return stanza
  return stanza.with({ ...(from !== undefined && { from }), ...(to !== undefined && { to }) })
}
