import { type StanzaError, stanzaError } from '@heliograph/stanza'
import type { NodeConfig } from '../forms/node-config.ts'
import { pubsubError, unsupported } from './errors.ts'
import { type Affiliation, isSubscribed, type Standing } from './standing.ts'

const READERS: ReadonlySet<Affiliation> = new Set(['owner', 'publisher', 'member'])
const PUBLISHERS: ReadonlySet<Affiliation> = new Set(['owner', 'publisher', 'publish-only'])

/** Why somebody may not retrieve items (XEP-0060 §6.5.9), undefined when he may. */
export function refusedReading(config: NodeConfig, standing: Standing): StanzaError | undefined {
  const { affiliation } = standing
  if (READERS.has(affiliation)) return undefined
  if (affiliation === 'outcast' || affiliation === 'publish-only') return stanzaError('forbidden')
  switch (config.accessModel) {
    case 'open':
      return undefined
    case 'presence':
    case 'roster':
      return refusedContact(config, standing)
    case 'whitelist':
      return pubsubError('closed-node')
    case 'authorize':
      return isSubscribed(standing) ? undefined : pubsubError('not-subscribed', { condition: 'not-authorized' })
  }
}

/** §4.5, §6.5.9.4, §6.5.9.5 */
function refusedContact(
  { accessModel, rosterGroups }: NodeConfig,
  { subscriber = false, groups = [] }: Standing,
): StanzaError | undefined {
  if (!subscriber) return pubsubError('presence-subscription-required')
  const isIn = accessModel === 'presence' || groups.some((group) => rosterGroups.includes(group))
  return isIn ? undefined : pubsubError('not-in-roster-group')
}

/** Whether a subscription begins, waits for an owner, or is refused (§6.1.3). */
export function admission(config: NodeConfig, standing: Standing): 'subscribed' | 'pending' | StanzaError {
  const { affiliation } = standing
  if (affiliation === 'outcast' || affiliation === 'publish-only') return stanzaError('forbidden')
  if (affiliation === 'owner') return 'subscribed'
  // §6.1.3.9
  if (!config.subscribe) return unsupported('subscribe')
  if (READERS.has(affiliation) || config.accessModel === 'open') return 'subscribed'
  if (config.accessModel === 'whitelist') return pubsubError('closed-node')
  if (config.accessModel !== 'authorize') return refusedContact(config, standing) ?? 'subscribed'
  return isSubscribed(standing) ? 'subscribed' : 'pending'
}

/** §7.1.3.1 */
export function mayPublish(config: NodeConfig, standing: Standing): boolean {
  const { affiliation } = standing
  if (PUBLISHERS.has(affiliation)) return true
  if (affiliation === 'outcast') return false
  if (config.publishModel === 'subscribers') return isSubscribed(standing)
  return config.publishModel === 'open'
}

/** Whether somebody may replace (§7.1.2) or, owners apart, retract (§7.2) only what he has published himself. */
export function onlyOwnItems({ affiliation }: Standing, doing: 'replace' | 'retract'): boolean {
  return affiliation !== 'owner' && (doing === 'retract' || affiliation !== 'publisher')
}
