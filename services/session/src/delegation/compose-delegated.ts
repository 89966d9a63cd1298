import type { Metrics } from '@heliograph/telemetry'
import type { SessionContext } from '../context.ts'
import { forward, SERVER_MADE } from '../pipeline/forward.ts'
import { Delegated } from './delegated.ts'

/** As the server asks components: what was asked before somebody died is asked again, as the answer may be lost. */
export function composeDelegated(
  context: () => SessionContext,
  metrics: Metrics,
  log: SessionContext['log'],
): Delegated {
  return new Delegated({
    send: (user, stanza, lost) =>
      forward(context(), user, stanza, SERVER_MADE, (outcome) => {
        if (outcome !== 'taken') lost()
      }),
    metrics,
    log,
  })
}
