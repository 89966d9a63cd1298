import type { Domain } from '@heliograph/jid'
import { NS } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { FederationContext } from '../federation/federation-context.ts'

export const twoWayFeature = `<bidi xmlns='${NS.bidiFeature}'/>`
export const twoWayXml = `<bidi xmlns='${NS.bidi}'/>`

export function isTwoWayOffered(features: Element): boolean {
  return features.getChild('bidi', NS.bidiFeature) !== undefined
}

/** Whether stanzas may go both ways on one stream between us and that server (XEP-0288). */
export function mayBeTwoWay({ config, policy }: Pick<FederationContext, 'config' | 'policy'>, remote: Domain): boolean {
  const { inbound, outbound } = policy.of(remote)
  return config.federation.bidirectional && inbound !== undefined && outbound !== undefined
}
