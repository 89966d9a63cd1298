import { Envelope, Kind, Op } from '@heliograph/bus'
import { type Domain, domainOf, type Jid, localOf, trusted } from '@heliograph/jid'
import { type Outcome, pairKey } from '@heliograph/ownership'
import { NS, type Stanza } from '@heliograph/stanza'
import type { GatewayContext } from '../context.ts'
import { remoteOf } from './query-id.ts'

const HEADER = `{${NS.addresses}}addresses`

/**
 * The remote domain of the pair whose owner is to hear of a stanza from another server: the answer to a request of its own, or an error for what it wrote to a
 * multicast service.
 */
export function pairConcernedBy(stanza: Stanza): Domain | undefined {
  const { name, type, id, from } = stanza
  if (from === undefined || (type !== 'error' && type !== 'result')) return undefined
  if (name === 'iq') return remoteOf(id)
  return localOf(from) === '' && stanza.has(HEADER) ? domainOf(from) : undefined
}

/** Brings it to that pair's owner. @param asked how many others have been told in vain */
export function tellPair(
  { router }: Pick<GatewayContext, 'router'>,
  { stanza, remote, asked = 0 }: { readonly stanza: Stanza; readonly remote: Domain; readonly asked?: number },
  settle: (outcome: Outcome) => void,
): void {
  const envelope = new Envelope(Op.heard)
  envelope.stanza = stanza
  envelope.id = asked
  router.transfer(Kind.domain, pairKey(domainOf(trusted<Jid>(stanza.to!)), remote), envelope, settle)
}
