import { parseDomain } from '@heliograph/jid'
import { NS } from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'
import { unprovenAccepted } from '../trust/accepted.ts'
import type { Inbound } from './inbound.ts'

/** SASL EXTERNAL of another server (XEP-0178 §3, RFC 6120 §6.4). */
export function handleSasl(inbound: Inbound, parsed: ParsedElement): void {
  const { stream, remote } = inbound
  if (stream.tls === undefined || remote === undefined || inbound.authority.has(remote))
    return stream.close({ condition: 'policy-violation' })
  if (parsed.name !== 'auth') return fail(inbound, 'malformed-request')
  if (parsed.element.attrs.mechanism !== 'EXTERNAL') return fail(inbound, 'invalid-mechanism')
  const identity = identityIn(parsed.element.getText())
  if (identity === undefined) return fail(inbound, 'incorrect-encoding')
  // XEP-0178 §3: nobody but who the header named.
  if (identity !== '' && parseDomain(identity) !== remote) return fail(inbound, 'invalid-authzid')
  const reason = unprovenAccepted(stream.tls, remote, inbound.context)
  if (reason !== undefined) {
    inbound.refused(remote, reason)
    return fail(inbound, 'not-authorized')
  }
  if (!inbound.ticket.proves(remote))
    return stream.close({ condition: 'resource-constraint', text: 'too many streams of that domain' })
  inbound.authority.grant(remote)
  inbound.proved(remote, inbound.local)
  stream.write(`<success xmlns='${NS.sasl}'/>`)
  stream.restart(inbound.context.xml)
}

/** '' for none; undefined for what is no base64. */
function identityIn(text: string): string | undefined {
  if (text === '' || text === '=') return ''
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64').toString() : undefined
}

/** The peer may go on with dialback, where that is allowed. */
function fail(inbound: Inbound, condition: string): void {
  const { stream, context, remote } = inbound
  inbound.say(`<failure xmlns='${NS.sasl}'><${condition}/></failure>`)
  const mayDial = remote !== undefined && context.policy.of(remote).authentication === 'dialback'
  if (!mayDial) stream.close()
}
