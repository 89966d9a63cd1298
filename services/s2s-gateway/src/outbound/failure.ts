import type { StanzaCondition } from '@heliograph/stanza'

/** Why something doesn't go to another server, as who sent it is told. */
export interface Failure {
  readonly condition: Extract<
    StanzaCondition,
    'remote-server-not-found' | 'remote-server-timeout' | 'internal-server-error' | 'policy-violation' | 'not-allowed'
  >
  readonly text: string
}

/** RFC 6120 §8.3.3.16: the domain couldn't be resolved. */
export function notFound(text: string): Failure {
  return { condition: 'remote-server-not-found', text }
}

/** RFC 6120 §8.3.3.17: it could, but no stream could be set up. */
export function unreachable(text: string): Failure {
  return { condition: 'remote-server-timeout', text }
}

/** RFC 6120 §8.3.3.10: our own policy. */
export const DENIED: Failure = {
  condition: 'not-allowed',
  text: 'this server does not speak with that one',
}
