import type { Metrics } from '@heliograph/telemetry'
import type { SessionContext } from '../context.ts'
import { forward, SERVER_MADE } from '../pipeline/forward.ts'
import { persistently } from '../users/persistently.ts'
import { isAttended, waitingFor } from './away.ts'
import { storePushServices, storePushTold } from './push-store.ts'
import { Pushes } from './pushes.ts'

/** The pushes of a session service; `context` is asked for when they are used. */
export function composePushes(
  context: () => SessionContext,
  {
    log,
    metrics,
    config,
  }: { readonly log: SessionContext['log']; readonly metrics: Metrics; readonly config: SessionContext['config'] },
): Pushes {
  const { push } = config
  return new Pushes({
    get burstMs() {
      return push.burstSeconds * 1000
    },
    get withSender() {
      return push.lastMessageSender
    },
    get withBody() {
      return push.lastMessageBody
    },
    send: (user, request, lost) =>
      forward(context(), user, request, SERVER_MADE, (outcome) => {
        if (outcome !== 'taken') lost()
      }),
    isAttended: (user) => isAttended(user, push),
    waiting: (user) => waitingFor(user, push),
    storeServices: (user, services) =>
      persistently(context(), user, () => storePushServices(context().db, user.jid, services)),
    storeTold: (user, id) => void user.chores.push(() => storePushTold(context().db, user.jid, id).catch(() => {})),
    log,
    metrics,
  })
}
