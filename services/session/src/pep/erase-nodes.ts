import { Envelope, Kind, Op } from '@heliograph/bus'
import type { BareJid } from '@heliograph/jid'
import type { SessionContext } from '../context.ts'

/** Has the nodes of an account that is gone removed. Resolves when that is done, or nobody could be asked for it. */
export function eraseNodes({ router, log }: SessionContext, jid: BareJid): Promise<void> {
  return new Promise((resolve) => {
    router.transfer(Kind.node, jid, new Envelope(Op.erase), (outcome) => {
      if (outcome !== 'taken') log.error('nodes_not_erased', { jid, outcome })
      resolve()
    })
  })
}
