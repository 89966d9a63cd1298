import type { StreamCondition, StreamError } from '@heliograph/stanza'

/** Why a session ended (XEP-0124 §17.2). */
export type TerminalCondition =
  | 'bad-request'
  | 'host-gone'
  | 'host-unknown'
  | 'improper-addressing'
  | 'internal-server-error'
  | 'item-not-found'
  | 'other-request'
  | 'policy-violation'
  | 'remote-stream-error'
  | 'system-shutdown'

const OWN: Partial<Record<StreamCondition, TerminalCondition>> = {
  // What isn't XML as we take it is a bad body (XEP-0124 §6).
  'bad-namespace-prefix': 'bad-request',
  'not-well-formed': 'bad-request',
  'restricted-xml': 'bad-request',
  'unsupported-encoding': 'bad-request',
  'host-gone': 'host-gone',
  'host-unknown': 'host-unknown',
  'improper-addressing': 'improper-addressing',
  'internal-server-error': 'internal-server-error',
  'system-shutdown': 'system-shutdown',
}

/** How BOSH tells what a stream was closed with: where it has no condition of its own, as `remote-stream-error` (XEP-0206 §6). */
export function terminalCondition({ condition }: StreamError): TerminalCondition {
  return OWN[condition] ?? 'remote-stream-error'
}

/** What a client from before XEP-0124 1.6 understands (§17.1). */
const LEGACY: Partial<Record<TerminalCondition, number>> = {
  'bad-request': 400,
  'policy-violation': 403,
  'item-not-found': 404,
}

/** HTTP status of a terminal condition, for a client that said no `ver` or one that did. */
export function statusOf(condition: TerminalCondition | undefined, legacy: boolean): number {
  return legacy && condition !== undefined ? (LEGACY[condition] ?? 200) : 200
}
