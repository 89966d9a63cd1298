import type { Jid } from '@heliograph/jid'
import type { MucContext } from '../context.ts'
import type { Occupant } from '../occupant.ts'
import type { Room } from '../room.ts'

/** What handlers of IQs act with: to the service as entity `server`, to a room that is there as `item`. */
export interface RoomIq {
  readonly muc: MucContext
  /** Full JID of the client that asks. */
  readonly from: Jid
}

/** Of a request to a room. It runs in the room's mailbox, which waits for the promise that a handler returns. */
export interface ItemIq extends RoomIq {
  readonly room: Room
  /** Who asks, if he is in the room by the client that asks. */
  readonly occupant: Occupant | undefined
}

/** @throws where a request that isn't for a room reaches a handler that is */
export function inRoom(iq: RoomIq): ItemIq {
  if (!('room' in iq)) throw new Error('this is asked of rooms only')
  return iq as ItemIq
}
