import { domainOf, isDomain, type Jid } from '@heliograph/jid'
import { copyFor, ingressOfCopy, isMulticast, readMulticast } from '@heliograph/multicast'
import { type Stanza, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { FederationContext } from '../federation/federation-context.ts'

/** One of the stanzas that one for several becomes, and by which it is known when that comes again. */
export interface Copy {
  readonly stanza: Stanza
  readonly ingress: { readonly stream: string; readonly count: number }
}

/** Whether a stanza from another server is for several users of the domain it is addressed to (XEP-0033 §3). */
export function isForSeveral({ config, hosts }: Pick<FederationContext, 'config' | 'hosts'>, stanza: Stanza): boolean {
  return isMulticast(stanza) && config.multicast.enabled && isServer(hosts, stanza.to!)
}

/**
 * What a stanza for several becomes: for each of them one that goes the way of all others, so that whatever holds for those holds for it. Only users of that domain
 * are written to, in the name of another server's user: nothing is relayed.
 */
export function copiesOf(
  { config, hosts }: Pick<FederationContext, 'config' | 'hosts'>,
  stanza: Stanza,
  ingress: Copy['ingress'],
): readonly Copy[] | StanzaError {
  const read = readMulticast(stanza, config.multicast.addressesFromServers)
  if ('condition' in read) return read
  const ours = domainOf(stanza.to!)
  // XEP-0033 §2.2: then nobody gets it.
  if (!read.recipients.every((to) => domainOf(to) === ours && hosts.isLocalUser(to)))
    return stanzaError('forbidden', { text: 'only users of this server are written to' })
  return read.recipients.map((to, index) => ({
    stanza: copyFor(read.stanza, to),
    ingress: ingressOfCopy(ingress, index),
  }))
}

function isServer({ domains }: FederationContext['hosts'], to: Jid): boolean {
  return isDomain(to) && domains.some((domain) => domain === (to as string))
}
