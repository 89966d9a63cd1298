import { Kind } from '@heliograph/bus'
import {
  type Events,
  eventsContract,
  type RpcClient,
  type RpcClients,
  type ServedContract,
  serve,
} from '@heliograph/rpc'
import type { PubsubContext } from '../context.ts'
import type { Source } from './sources.ts'

/** The owner waits for subscribers' owners. */
const TIMEOUT_MS = 20_000

/** Publishing by sources, to any pubsub instance. */
export function eventsRpc(context: PubsubContext, clients: RpcClients): ServedContract {
  const { bridge, ownership } = context
  return serve(eventsContract, {
    publish: async (request) => {
      const source = bridge.sources.find(({ name }) => name === request.source)
      if (source === undefined) return { ok: false, condition: 'item-not-found', item: '' }
      if (ownership.heldEpochOf(source.partition) !== 0) {
        const { condition, item } = await bridge.publish(source, request.body)
        return { ok: condition === '', condition, item }
      }
      const owner = request.localOnly ? undefined : ownerOf(context, clients, source)
      return (
        owner?.publish({ ...request, localOnly: true }, { timeoutMs: TIMEOUT_MS }) ?? {
          ...{ ok: false, condition: 'recipient-unavailable', item: '' },
        }
      )
    },
  })
}

function ownerOf({ ownership }: PubsubContext, clients: RpcClients, source: Source): RpcClient<Events> | undefined {
  const owner = ownership.ownerOf(Kind.node, source.partition)
  const member = ownership.members(Kind.node).find(({ instance }) => instance === owner?.instance)
  return member === undefined || member.rpc === '' ? undefined : clients.at(eventsContract, member.rpc)
}
