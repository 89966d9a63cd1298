import type { StanzaCondition, StanzaError } from '@heliograph/stanza'

/** Why something doesn't go to another server, as who sent it is told. */
export interface Failure {
  readonly condition: Extract<
    StanzaCondition,
    'remote-server-not-found' | 'remote-server-timeout' | 'internal-server-error' | 'policy-violation'
  >
  readonly text: string
  /** Where it isn't the condition's usual one. */
  readonly type?: StanzaError['type']
}

/** RFC 6120 §8.3.3.16: the domain couldn't be resolved. */
export function notFound(text: string): Failure {
  return { condition: 'remote-server-not-found', text }
}

/** RFC 6120 §8.3.3.17: it could, but no stream could be set up. */
export function unreachable(text: string): Failure {
  return { condition: 'remote-server-timeout', text }
}

/** Our own policy. */
export const DENIED: Failure = {
  condition: 'policy-violation',
  type: 'cancel',
  text: 'this server does not speak with that one',
}
