import { contract } from '../contract.ts'
import type { Verdict } from './accounts.ts'

export interface ListRoomsRequest {
  readonly domain: string
  readonly after: string
  readonly max: number
}
export interface RoomSummary {
  readonly jid: string
  readonly name: string
  readonly creator: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly listed: boolean
  readonly persistent: boolean
  readonly locked: boolean
}
export interface ListRoomsReply {
  readonly rooms: readonly RoomSummary[]
  readonly next: string
}
export interface RoomRequest {
  readonly jid: string
  readonly localOnly: boolean
}
export interface RoomOccupant {
  readonly nick: string
  readonly role: string
  readonly affiliation: string
  readonly jids: readonly string[]
}
export interface RoomAffiliate {
  readonly jid: string
  readonly affiliation: string
  readonly nick: string
  readonly reason: string
}
export interface InspectRoomReply extends Verdict {
  /** Null when not ok. */
  readonly room: RoomSummary | null
  readonly owner: string
  readonly subject: string
  readonly occupants: readonly RoomOccupant[]
  readonly affiliates: readonly RoomAffiliate[]
  readonly config: Readonly<Record<string, string>>
}
export interface CreateRoomRequest {
  readonly jid: string
  readonly owner: string
  readonly localOnly: boolean
}
export interface DestroyRoomRequest {
  readonly jid: string
  readonly reason: string
  readonly alternate: string
  readonly localOnly: boolean
}
export interface MoveRoomRequest {
  readonly jid: string
  readonly to: string
  readonly reason: string
  readonly localOnly: boolean
}
export interface AnswerQuestionRequest {
  readonly token: string
  readonly answer: string
  readonly localOnly: boolean
}
export interface AnswerQuestionReply extends Verdict {
  readonly room: string
  readonly question: string
}

/** `heliograph.v1.Rooms`; the guarantees are in `proto/heliograph/v1/rooms.proto`. */
export interface RoomsAdmin {
  listRooms(request: ListRoomsRequest): Promise<ListRoomsReply>
  inspectRoom(request: RoomRequest): Promise<InspectRoomReply>
  createRoom(request: CreateRoomRequest): Promise<Verdict>
  destroyRoom(request: DestroyRoomRequest): Promise<Verdict>
  moveRoom(request: MoveRoomRequest): Promise<Verdict>
  reloadRoom(request: RoomRequest): Promise<Verdict>
  answerQuestion(request: AnswerQuestionRequest): Promise<AnswerQuestionReply>
}

export const roomsContract = contract<RoomsAdmin>('heliograph/v1/rooms.proto', 'heliograph.v1.Rooms')
