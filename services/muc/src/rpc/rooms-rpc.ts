import { Kind } from '@heliograph/bus'
import { type BareJid, isDomain, parseBare, parseDomain, parseJid } from '@heliograph/jid'
import { readQuestionToken } from '@heliograph/questions'
import {
  type AnswerQuestionReply,
  audited,
  type Handlers,
  type InspectRoomReply,
  type RoomsAdmin,
  type RpcClients,
  RpcError,
  roomsContract,
  type ServedContract,
  serve,
  type Verdict,
} from '@heliograph/rpc'
import type { MucContext } from '../context.ts'
import { answerHere } from './answer-question.ts'
import { atOwner } from './at-owner.ts'
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
      return atOwner(context, clients, room, {
        localOnly: request.localOnly,
        here: () => inspectHere(context, room),
        there: (owner) => owner.inspectRoom({ ...request, localOnly: true }),
        nobody: nothing,
      })
    },
    createRoom: async (request) => {
      const room = roomAddress(context, request.jid)
      const user = parseBare(request.owner)
      if (room === undefined || user === undefined || isDomain(user)) return refused('jid-malformed')
      return atOwner(context, clients, room, {
        localOnly: request.localOnly,
        here: () => createHere(context, room, user),
        there: (owner) => owner.createRoom({ ...request, localOnly: true }),
        nobody: refused,
      })
    },
    moveRoom: async (request) => {
      const [from, to] = [request.jid, request.to].map((text) => roomAddress(context, text))
      if (from === undefined || to === undefined || from === to) return refused('jid-malformed')
      const reason = request.reason === '' ? undefined : request.reason
      const arrived = () => reloadAt(context, clients, to, false)
      return atOwner(context, clients, from, {
        localOnly: request.localOnly,
        here: () => moveHere(context, { from, to, reason, arrived }),
        there: (owner) => owner.moveRoom({ ...request, localOnly: true }, { timeoutMs: MOVE_MS }),
        nobody: refused,
      })
    },
    reloadRoom: async (request) => {
      const room = roomAddress(context, request.jid)
      if (room === undefined) return refused('jid-malformed')
      return reloadAt(context, clients, room, request.localOnly)
    },
    answerQuestion: async ({ token, answer, localOnly }) => {
      const asked = readQuestionToken(token)
      const room = asked && roomAddress(context, asked.room)
      if (asked === undefined || room === undefined) return unasked('item-not-found')
      if (answer === '') return answerHere(context, asked, answer)
      return atOwner(context, clients, room, {
        localOnly,
        here: () => answerHere(context, asked, answer),
        there: (owner) => owner.answerQuestion({ token, answer, localOnly: true }),
        nobody: unasked,
      })
    },
    destroyRoom: async (request) => {
      const room = roomAddress(context, request.jid)
      const venue = request.alternate === '' ? undefined : parseJid(request.alternate)
      if (room === undefined || (venue === undefined && request.alternate !== '')) return refused('jid-malformed')
      const { reason } = request
      return atOwner(context, clients, room, {
        localOnly: request.localOnly,
        here: () => destroyHere(context, room, { venue, reason: reason === '' ? undefined : reason }),
        there: (owner) => owner.destroyRoom({ ...request, localOnly: true }),
        nobody: refused,
      })
    },
  }
  return serve(roomsContract, audited(roomsContract, handlers, context.log))
}

/** The owner of a room reads it anew. */
function reloadAt(context: MucContext, clients: RpcClients, room: BareJid, localOnly: boolean): Promise<Verdict> {
  return atOwner(context, clients, room, {
    localOnly,
    here: () => reloadHere(context, room),
    there: (owner) => owner.reloadRoom({ jid: room, localOnly: true }),
    nobody: refused,
  })
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

function unasked(condition: string): AnswerQuestionReply {
  return { ...refused(condition), room: '', question: '' }
}

function refused(condition: string): Verdict {
  return { ok: false, condition }
}

function nothing(condition: string): InspectRoomReply {
  return { ...refused(condition), room: null, owner: '', subject: '', occupants: [], affiliates: [], config: {} }
}
