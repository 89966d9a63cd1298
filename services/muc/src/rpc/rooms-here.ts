import type { BareJid } from '@heliograph/jid'
import type { InspectRoomReply, RoomSummary, Verdict } from '@heliograph/rpc'
import { type Destruction, destroyRoom } from '../administration/destroy.ts'
import type { MucContext } from '../context.ts'
import { CONFIG_FIELDS } from '../forms/config-fields.ts'
import { configFields } from '../forms/config-form.ts'
import { detailsOf } from '../room.ts'
import type { KnownRoom } from '../store/room-store.ts'
import { inMailbox } from './in-mailbox.ts'

const DONE: Verdict = { ok: true, condition: '' }

/** What an administrator is told of a room that is owned here. */
export function inspectHere(context: MucContext, jid: BareJid): Promise<InspectRoomReply> {
  return inMailbox(context, jid, async (room) => {
    if (room.details === 'absent') return { ...absent, condition: 'item-not-found' }
    const { about } = room
    const { config } = about
    const summary: KnownRoom = {
      ...about,
      jid,
      name: config.name,
      listed: config.listed,
      persistent: config.persistent,
    }
    return {
      ...{ ok: true, condition: '', room: roomSummary(summary), owner: context.ownership.instance },
      subject: about.subject?.text ?? '',
      occupants: [...room.occupants].map(({ nick, role, bare, sessions }) => ({
        ...{ nick, role, affiliation: room.affiliationOf(bare) },
        jids: sessions.map((session) => session.jid),
      })),
      affiliates: [...about.affiliates].map((each) => ({ ...each, nick: each.nick ?? '', reason: each.reason ?? '' })),
      config: Object.fromEntries(
        configFields({ ...config, password: '' })
          .filter((field) => field.var !== CONFIG_FIELDS.password.var)
          .map((field) => [field.var!, field.values?.join(' ') ?? '']),
      ),
    }
  })
}

/** A persistent room, open at once. The administrator may make more for one owner than the owner could. */
export function createHere(context: MucContext, jid: BareJid, owner: BareJid): Promise<Verdict> {
  return inMailbox(context, jid, async (room) => {
    if (room.details !== 'absent') return { ok: false, condition: 'conflict' }
    await context.store.forgetMove(jid)
    await context.archive.eraseLeftovers(jid)
    const config = { ...context.config.defaults, persistent: true }
    const made = { jid, creator: owner, config, locked: false }
    if ((await context.store.create(made, Number.MAX_SAFE_INTEGER)) !== 'created') {
      return { ok: false, condition: 'conflict' }
    }
    const stored = await context.store.load(jid)
    room.details = stored ? detailsOf(stored) : 'absent'
    return DONE
  })
}

export function destroyHere(context: MucContext, jid: BareJid, destruction: Destruction): Promise<Verdict> {
  return inMailbox(context, jid, async (room) => {
    if (room.details === 'absent') return { ok: false, condition: 'item-not-found' }
    await destroyRoom(context, room, destruction)
    return DONE
  })
}

export function roomSummary({ jid, name, creator, created, listed, persistent, locked }: KnownRoom): RoomSummary {
  return { jid, name, creator, createdAt: Math.round(created), listed, persistent, locked }
}

const absent = { ok: false, room: null, owner: '', subject: '', occupants: [], affiliates: [], config: {} }
