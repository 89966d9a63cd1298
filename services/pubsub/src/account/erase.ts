import type { Envelope, InstanceId } from '@heliograph/bus'
import { FencedError } from '@heliograph/database'
import type { BareJid } from '@heliograph/jid'
import type { PubsubContext } from '../context.ts'
import { isLost, untilAvailable } from '../node/until-available.ts'

/** An account is no more, nor are its nodes. Nobody is told: nobody sees it any more. */
export async function erase(
  context: PubsubContext,
  { key, partition, transfer }: Envelope,
  from: InstanceId,
): Promise<void> {
  try {
    await untilAvailable(context, { key, partition }, () => context.store.nodes.destroyAll(key as BareJid))
  } catch (error) {
    if (error instanceof FencedError) context.onFenced()
    if (isLost(error)) return
    context.log.error('nodes_not_erased', { jid: key, error })
  }
  for (const node of context.nodes.inPartition(partition)) {
    if (node.service !== key) continue
    // In its turn: what waits there is done with what was read, and writes nothing that anybody could find.
    node.mailbox.pushBeyond(() => {
      node.details = undefined
      node.peopleChanged()
    })
  }
  context.router.receipt(from, transfer)
}
