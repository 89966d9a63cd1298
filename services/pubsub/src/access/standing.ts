import type { Jid } from '@heliograph/jid'
import type { SubscribeOptions } from '../forms/subscribe-options.ts'

/** XEP-0060 §4.1 */
export const AFFILIATIONS = ['owner', 'publisher', 'publish-only', 'member', 'none', 'outcast'] as const
export type Affiliation = (typeof AFFILIATIONS)[number]

/** One address of somebody that is subscribed, or waits to be. */
export interface Subscription extends SubscribeOptions {
  readonly jid: Jid
  readonly subid: string
  readonly state: 'subscribed' | 'pending'
}

/** What somebody, by all his clients, is to a node. */
export interface Standing {
  readonly affiliation: Affiliation
  readonly subscriptions: readonly Subscription[]
  /** To nodes of accounts: sees the account's presence, and the groups of its roster that he is in. */
  readonly subscriber?: boolean
  readonly groups?: readonly string[]
}

export function isSubscribed({ subscriptions }: Standing, now = Date.now()): boolean {
  return subscriptions.some(({ state, expire }) => state === 'subscribed' && (expire === undefined || expire > now))
}
