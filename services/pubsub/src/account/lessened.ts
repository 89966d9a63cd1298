import type { Envelope, InstanceId } from '@heliograph/bus'
import { FencedError } from '@heliograph/database'
import { type BareJid, bareOf, trusted } from '@heliograph/jid'
import type { PubsubContext } from '../context.ts'
import { isLost, untilAvailable } from '../node/until-available.ts'
import { askerOf } from './asker.ts'

/** XEP-0163 §7: who may not read nodes of an account any more is no more subscribed to them. */
export async function lessened(context: PubsubContext, envelope: Envelope, from: InstanceId): Promise<void> {
  const { key, partition, transfer, recipients } = envelope
  const asker = askerOf(envelope)
  const contact = recipients?.[0]
  if (asker && contact !== undefined) {
    const account = key as BareJid
    const who = { jid: bareOf(trusted(contact)), ...asker }
    try {
      await untilAvailable(context, { key, partition }, () => context.store.people.endClosed(account, who))
    } catch (error) {
      if (error instanceof FencedError) context.onFenced()
      if (isLost(error)) return
      context.log.error('subscriptions_not_ended', { jid: account, error })
    }
    for (const node of context.nodes.inPartition(partition))
      if (node.service === account) node.mailbox.pushBeyond(() => node.peopleChanged())
  }
  context.router.receipt(from, transfer)
}
