import type { Outcome } from '@heliograph/ownership'
import type { SessionContext } from '../context.ts'
import { forward, type Provenance } from './forward.ts'
import type { Sent } from './sent.ts'

/** Sends a client's stanza to the owner of its `to`, as `forward` does, or with the others of its batch. */
export function sendOn(
  context: SessionContext,
  { batch, user, stanza }: Sent,
  provenance: Provenance,
  settle: (outcome: Outcome) => void,
): void {
  if (batch === undefined) forward(context, user, stanza, provenance, settle)
  else batch.forward(stanza, provenance, settle)
}
