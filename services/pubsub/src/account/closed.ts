import type { StanzaError } from '@heliograph/stanza'
import { pubsubError } from '../access/errors.ts'
import { refusedReading } from '../access/rules.ts'
import type { ItemIq } from '../requests/node-iq.ts'
import { standingOf } from '../requests/operation.ts'
import { isStranger } from './asker.ts'

/**
 * Why somebody may not know what there is at a node of an account. To those who don't see the account's presence a node that is closed to them,
 * one that isn't there, and any node of an account that isn't there are the same (RFC 6120 §13.11).
 */
export async function closedTo(iq: ItemIq): Promise<StanzaError | undefined> {
  if (!isStranger(iq.asker)) return undefined
  if (iq.node.details === 'absent') return presenceRequired()
  return refusedReading(iq.node.about.config, await standingOf(iq)) && presenceRequired()
}

/** XEP-0060 §6.5.9.4 */
export function presenceRequired(): StanzaError {
  return pubsubError('presence-subscription-required')
}
