import type { StreamCondition, StreamError } from '@heliograph/stanza'

/**
 * Errors after which a session with stream management waits for its client: the stream failed for reasons of the network or the
 * server. Where the client broke the protocol, resuming would only repeat it.
 */
const RESUMABLE: ReadonlySet<StreamCondition> = new Set([
  'connection-timeout',
  'internal-server-error',
  'remote-connection-failed',
  'reset',
  'resource-constraint',
  'see-other-host',
  'system-shutdown',
])

export function leavesResumable(error: StreamError): boolean {
  return RESUMABLE.has(error.condition)
}
