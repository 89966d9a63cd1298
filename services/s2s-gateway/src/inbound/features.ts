import { NS } from '@heliograph/stanza'
import { twoWayFeature } from '../streams/two-way.ts'
import { unprovenAccepted } from '../trust/accepted.ts'
import type { Inbound } from './inbound.ts'
import { offersReturn } from './returns.ts'

/** What a stream offers another server as it is now. */
export function featuresFor(inbound: Inbound): string {
  const { context, stream, remote, authority } = inbound
  const { xml, xmlBeforeAuth, config } = context
  const agreed = remote === undefined ? undefined : context.policy.of(remote).inbound?.mostBytes
  const most = authority.isEmpty ? xmlBeforeAuth.elementBytes : Math.min(xml.elementBytes, agreed ?? xml.elementBytes)
  const limits = limitsFeature(most, config.federation.idleSeconds * 2)
  // RFC 6120 §5.3.1: TLS is mandatory, so nothing else is offered before it.
  if (stream.tls === undefined) return `<starttls xmlns='${NS.tls}'><required/></starttls>${limits}`
  const isOpen = remote !== undefined && authority.has(remote)
  const managed = isOpen && config.federation.streamManagement ? `<sm xmlns='${NS.streamManagement}'/>` : ''
  return `${isOpen ? managed : external(inbound)}${offersReturn(inbound) ? twoWayFeature : ''}${dialback(inbound)}${limits}`
}

/** XEP-0178 §3: offered only to who showed a certificate that is good for the domain. */
function external(inbound: Inbound): string {
  const { stream, remote, context } = inbound
  if (stream.tls === undefined || remote === undefined) return ''
  const reason = unprovenAccepted(stream.tls, remote, context)
  if (reason === undefined) return `<mechanisms xmlns='${NS.sasl}'><mechanism>EXTERNAL</mechanism></mechanisms>`
  // Nothing is left for it to try, so nothing more would be heard of why.
  if (context.policy.of(remote).authentication === 'certificates') inbound.refused(remote, reason)
  return ''
}

/** XEP-0220 §2.3 */
function dialback({ context, remote }: Inbound): string {
  const isAllowed = remote === undefined || context.policy.of(remote).authentication === 'dialback'
  return isAllowed ? `<dialback xmlns='${NS.dialbackFeature}'><errors/></dialback>` : ''
}

/** XEP-0478 */
function limitsFeature(bytes: number, idleSeconds: number): string {
  return `<limits xmlns='${NS.streamLimits}'><max-bytes>${bytes}</max-bytes><idle-seconds>${idleSeconds}</idle-seconds></limits>`
}
