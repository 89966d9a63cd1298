import { Kind } from '@heliograph/bus'
import { type BareJid, isDomain, parseBare, parseDomain, parseJid } from '@heliograph/jid'
import { partitionOf } from '@heliograph/ownership'
import { readQuestionToken } from '@heliograph/questions'
import {
  type AnswerQuestionReply,
  audited,
  type Handlers,
  type InspectRoomReply,
  type RoomsAdmin,
  type RpcClient,
  type RpcClients,
  RpcError,
  roomsContract,
  type ServedContract,
  serve,
  type Verdict,
} from '@heliograph/rpc'
import type { MucContext } from '../context.ts'
import { answerHere } from './answer-question.ts'
import { moveHere, reloadHere } from './move-here.ts'
import { createHere, destroyHere, inspectHere, roomSummary } from './rooms-here.ts'

const PAGE = 100
const PAGE_MAX = 1_000
/** A long archive is moved. */
const MOVE_MS = 600_000

/** Administration of all rooms, by any muc instance. */
export function roomsRpc(context: MucContext, clients: RpcClients): ServedContract {
  const handlers: Handlers<RoomsAdmin> = {
    listRooms: (request) => listRooms(context, request),
    inspectRoom: async (request) => {
      const room = roomAddress(context, request.jid)
      if (room === undefined) return nothing('jid-malformed')
      if (owns(context, room)) return inspectHere(context, room)
      const owner = request.localOnly ? undefined : ownerOf(context, clients, room)
      return owner?.inspectRoom({ ...request, localOnly: true }) ?? nothing('recipient-unavailable')
    },
    createRoom: async (request) => {
      const room = roomAddress(context, request.jid)
      const user = parseBare(request.owner)
      if (room === undefined || user === undefined || isDomain(user)) return refused('jid-malformed')
      if (owns(context, room)) return createHere(context, room, user)
      const owner = request.localOnly ? undefined : ownerOf(context, clients, room)
      return owner?.createRoom({ ...request, localOnly: true }) ?? refused('recipient-unavailable')
    },
    moveRoom: async (request) => {
      const [from, to] = [request.jid, request.to].map((text) => roomAddress(context, text))
      if (from === undefined || to === undefined || from === to) return refused('jid-malformed')
      const reason = request.reason === '' ? undefined : request.reason
      const arrived = () => arrive(context, clients, to)
      if (owns(context, from)) return moveHere(context, { from, to, reason, arrived })
      const owner = request.localOnly ? undefined : ownerOf(context, clients, from)
      return (
        owner?.moveRoom({ ...request, localOnly: true }, { timeoutMs: MOVE_MS }) ?? refused('recipient-unavailable')
      )
    },
    reloadRoom: async (request) => {
      const room = roomAddress(context, request.jid)
      if (room === undefined) return refused('jid-malformed')
      return owns(context, room) ? reloadHere(context, room) : refused('recipient-unavailable')
    },
    answerQuestion: async ({ token, answer, localOnly }) => {
      const asked = readQuestionToken(token)
      const room = asked && roomAddress(context, asked.room)
      if (asked === undefined || room === undefined) return unasked('item-not-found')
      if (answer === '' || owns(context, room)) return answerHere(context, asked, answer)
      const owner = localOnly ? undefined : ownerOf(context, clients, room)
      return owner?.answerQuestion({ token, answer, localOnly: true }) ?? unasked('recipient-unavailable')
    },
    destroyRoom: async (request) => {
      const room = roomAddress(context, request.jid)
      const venue = request.alternate === '' ? undefined : parseJid(request.alternate)
      if (room === undefined || (venue === undefined && request.alternate !== '')) return refused('jid-malformed')
      const { reason } = request
      if (owns(context, room)) return destroyHere(context, room, { venue, reason: reason === '' ? undefined : reason })
      const owner = request.localOnly ? undefined : ownerOf(context, clients, room)
      return owner?.destroyRoom({ ...request, localOnly: true }) ?? refused('recipient-unavailable')
    },
  }
  return serve(roomsContract, audited(roomsContract, handlers, context.log))
}

/** The owner of a room reads it anew. */
async function arrive(context: MucContext, clients: RpcClients, room: BareJid): Promise<Verdict> {
  if (owns(context, room)) return reloadHere(context, room)
  const owner = ownerOf(context, clients, room)
  return owner?.reloadRoom({ jid: room, localOnly: true }) ?? refused('recipient-unavailable')
}

async function listRooms(context: MucContext, { domain, after, max }: Parameters<RoomsAdmin['listRooms']>[0]) {
  const wanted = domain === '' ? undefined : parseDomain(domain)
  if (domain !== '' && wanted === undefined) throw new RpcError('INVALID_ARGUMENT', 'not a domain')
  const most = Math.min(max || PAGE, PAGE_MAX)
  const rooms = await context.store.all(after, most, wanted)
  return { rooms: rooms.map(roomSummary), next: rooms.length < most ? '' : (rooms.at(-1)?.jid ?? '') }
}

/** The address of a room that is or could be served here. */
function roomAddress({ hosts }: MucContext, text: string): BareJid | undefined {
  const jid = parseBare(text)
  return jid === undefined || isDomain(jid) || hosts.kindOf(jid) !== Kind.room ? undefined : jid
}

function owns({ ownership }: MucContext, room: BareJid): boolean {
  return ownership.heldEpochOf(partitionOf(room)) !== 0
}

function ownerOf({ ownership }: MucContext, clients: RpcClients, room: BareJid): RpcClient<RoomsAdmin> | undefined {
  const owner = ownership.ownerOf(Kind.room, partitionOf(room))
  const member = ownership.members(Kind.room).find(({ instance }) => instance === owner?.instance)
  return member === undefined || member.rpc === '' ? undefined : clients.at(roomsContract, member.rpc)
}

function unasked(condition: string): AnswerQuestionReply {
  return { ...refused(condition), room: '', question: '' }
}

function refused(condition: string): Verdict {
  return { ok: false, condition }
}

function nothing(condition: string): InspectRoomReply {
  return { ...refused(condition), room: null, owner: '', subject: '', occupants: [], affiliates: [], config: {} }
}
