import { BLOCK_LISTS_CHANGED, PostgresListStore } from '@heliograph/block-lists'
import type { BareJid } from '@heliograph/jid'
import { partitionOf } from '@heliograph/ownership'
import type { SessionContext } from '../context.ts'
import { forward, SERVER_MADE } from '../pipeline/forward.ts'
import type { SessionParts } from '../session-service.ts'
import { ListKeeper } from './list-keeper.ts'

/**
 * What keeps real-time block lists up: one instance in the cluster, the owner of the server's own address, in whose name it subscribes. `context`
 * is asked for when something is sent.
 */
export function composeKeeper(
  context: () => SessionContext,
  { config, db, hosts, log, announce }: Pick<SessionParts, 'config' | 'db' | 'hosts' | 'log' | 'announce'>,
): ListKeeper {
  const self = hosts.domains[0]!
  const speaker = { jid: self as BareJid, partition: partitionOf(self) }
  return new ListKeeper({
    lists: config.blockLists,
    self,
    isOwner: () => context().ownership.heldEpochOf(speaker.partition) !== 0,
    send: (request, lost) =>
      forward(context(), speaker, request, SERVER_MADE, (outcome) => {
        if (outcome !== 'taken') lost()
      }),
    store: new PostgresListStore(db),
    onChange: () => announce(BLOCK_LISTS_CHANGED),
    log,
  })
}
