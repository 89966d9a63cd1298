import { setTimeout as sleep } from 'node:timers/promises'
import { Kind } from '@heliograph/bus'
import type { BareJid } from '@heliograph/jid'
import { partitionOf } from '@heliograph/ownership'
import { type RoomsAdmin, type RpcClient, type RpcClients, roomsContract, type Verdict } from '@heliograph/rpc'
import type { MucContext } from '../context.ts'
import { WentAway } from './in-mailbox.ts'

/** Longer than it takes until a killed owner's rooms have another one. */
const PATIENCE_MS = 6_000
const PAUSE_MS = 100
const UNAVAILABLE = 'recipient-unavailable'

export interface AtOwner<Reply> {
  /** The request comes from another instance, which knew this one as the owner: it isn't handed on. */
  readonly localOnly: boolean
  here(): Promise<Reply>
  there(owner: RpcClient<RoomsAdmin>): Promise<Reply>
  /** The reply when the room has no owner for as long as it is waited for. */
  nobody(condition: typeof UNAVAILABLE): Reply
}

/**
 * Does something where a room is owned, here or at another instance. Between two owners, and while the one loads what it was given, it
 * waits for up to {@link PATIENCE_MS}. Nothing is done twice: only what an instance refused because the room isn't its own is tried again.
 */
export async function atOwner<Reply extends Verdict>(
  context: Pick<MucContext, 'ownership'>,
  clients: RpcClients,
  room: BareJid,
  { localOnly, here, there, nobody }: AtOwner<Reply>,
): Promise<Reply> {
  for (const until = performance.now() + PATIENCE_MS; ; await sleep(PAUSE_MS)) {
    const reply = serves(context, room) ? await unlessGone(here) : localOnly ? undefined : await ask()
    if (reply !== undefined && reply.condition !== UNAVAILABLE) return reply
    if (localOnly || performance.now() > until) return reply ?? nobody(UNAVAILABLE)
  }

  function ask(): Promise<Reply> | undefined {
    const owner = ownerOf(context, clients, room)
    return owner && there(owner)
  }
}

async function unlessGone<Reply>(act: () => Promise<Reply>): Promise<Reply | undefined> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof WentAway) return undefined
    throw error
  }
}

function serves({ ownership }: Pick<MucContext, 'ownership'>, room: BareJid): boolean {
  return ownership.epochOf(partitionOf(room)) !== 0
}

/** Another instance that owns the room, as far as is known. */
function ownerOf(
  { ownership }: Pick<MucContext, 'ownership'>,
  clients: RpcClients,
  room: BareJid,
): RpcClient<RoomsAdmin> | undefined {
  const owner = ownership.ownerOf(Kind.room, partitionOf(room))
  const member = ownership.members(Kind.room).find(({ instance }) => instance === owner?.instance)
  const isOther = member !== undefined && member.instance !== ownership.instance && member.rpc !== ''
  return isOther ? clients.at(roomsContract, member.rpc) : undefined
}
