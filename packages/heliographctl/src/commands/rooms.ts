import { type RoomSummary, type RoomsAdmin, type RpcClient, roomsContract } from '@heliograph/rpc'
import type { Command, CommandContext } from '../command.ts'
import { Failure } from '../failure.ts'
import { moment, table } from '../output.ts'
import { mustBeDone } from './verdict.ts'

const pageSize = 500

export const listRooms: Command = {
  name: 'rooms list',
  parameters: [],
  help: 'List rooms, hidden ones too; --domain (conference.…) narrows it.',
  async run(context) {
    const client = await roomService(context)
    const rooms: RoomSummary[] = []
    let after = ''
    do {
      const page = await client.listRooms({ domain: context.options.domain ?? '', after, max: pageSize })
      rooms.push(...page.rooms)
      after = page.next
    } while (after !== '')
    const rows = rooms.map((room) => [room.jid, kindOf(room), room.creator, moment(room.createdAt), room.name])
    return { data: rooms, text: table(['ROOM', 'KIND', 'CREATOR', 'CREATED', 'NAME'], rows, 'no rooms') }
  },
}

export const inspectRoom: Command = {
  name: 'rooms show',
  parameters: ['ROOM'],
  help: 'Show a room: its owner, configuration, affiliations and occupants.',
  async run(context, [jid = '']) {
    const reply = await (await roomService(context)).inspectRoom({ jid, localOnly: false })
    mustBeDone(reply, jid, { 'item-not-found': 'there is no such room' })
    const { room, owner, subject, occupants, affiliates, config } = reply
    const lines = [
      `${jid}: ${room === null ? '' : `${kindOf(room)}, made by ${room.creator} at ${moment(room.createdAt)}`}`,
      `owner: ${owner}`,
      `subject: ${subject || '-'}`,
      ...Object.entries(config).map(([name, value]) => `${name}: ${value || '-'}`),
      '',
      table(
        ['JID', 'AFFILIATION', 'NICK', 'REASON'],
        affiliates.map((each) => [each.jid, each.affiliation, each.nick || '-', each.reason || '-']),
        'no affiliations',
      ),
      '',
      table(
        ['NICK', 'ROLE', 'AFFILIATION', 'CLIENTS'],
        occupants.map((each) => [each.nick, each.role, each.affiliation, each.jids.join(' ')]),
        'nobody is there',
      ),
    ]
    return { data: reply, text: lines.join('\n') }
  },
}

export const createRoom: Command = {
  name: 'rooms create',
  parameters: ['ROOM', 'OWNER'],
  help: 'Make a persistent room, open at once, that OWNER owns.',
  async run(context, [jid = '', owner = '']) {
    const verdict = await (await roomService(context)).createRoom({ jid, owner, localOnly: false })
    mustBeDone(verdict, jid, { conflict: 'the room exists already', 'item-not-found': 'there is no such room service' })
    return { data: { jid, owner }, text: `created ${jid}` }
  },
}

export const destroyRoom: Command = {
  name: 'rooms destroy',
  parameters: ['ROOM', '[ALTERNATE]'],
  help: 'Destroy a room and its archive; occupants are told --reason, and ALTERNATE as where to go on.',
  async run(context, [jid = '', alternate = '']) {
    const client = await roomService(context)
    const reason = context.options.reason ?? ''
    const verdict = await client.destroyRoom({ jid, reason, alternate, localOnly: false })
    mustBeDone(verdict, jid, { 'item-not-found': 'there is no such room' })
    return { data: { jid }, text: `destroyed ${jid}` }
  },
}

export const moveRoom: Command = {
  name: 'rooms move',
  parameters: ['ROOM', 'ADDRESS'],
  help: 'Give a persistent room another address, with its archive; occupants are told --reason, and where it is.',
  async run(context, [jid = '', to = '']) {
    const reason = context.options.reason ?? ''
    const verdict = await (await roomService(context)).moveRoom({ jid, to, reason, localOnly: false })
    mustBeDone(verdict, jid, {
      conflict: `there is a room at ${to} already`,
      'item-not-found': 'there is no such room',
      'not-allowed': 'only persistent rooms that are configured are moved',
    })
    return { data: { jid: to }, text: `moved ${jid} to ${to}` }
  },
}

function kindOf({ persistent, listed, locked }: RoomSummary): string {
  const kind = `${persistent ? 'persistent' : 'temporary'} ${listed ? 'listed' : 'hidden'}`
  return locked ? `${kind} locked` : kind
}

/** Any instance that owns rooms. */
async function roomService({ admin, at }: CommandContext): Promise<RpcClient<RoomsAdmin>> {
  const { instances } = await admin.instances({})
  const found = instances.find(({ service, rpc }) => service === 'muc' && rpc !== '')
  if (found === undefined) throw new Failure('refused', 'there is no instance of muc with a gRPC server')
  return at(roomsContract, found.rpc)
}
