import { isUnavailable } from '@heliograph/database'
import { bareOf, type Jid, localOf } from '@heliograph/jid'
import { stanzaError } from '@heliograph/stanza'
import { type Arrived, refuse } from '../arrived.ts'
import type { MucContext } from '../context.ts'
import { detailsOf } from '../room.ts'
import { enter } from './enter.ts'

/**
 * Who enters a room that isn't there makes it, and is its owner (XEP-0045 §10.1). Nobody else may enter before he has configured it or
 * was content with what it is.
 */
export async function createRoom(context: MucContext, arrived: Arrived): Promise<void> {
  const { room, from } = arrived
  // §10.1.1, §7.2.11
  if (!mayCreate(context, from)) return refuse(context, arrived, 'not-allowed')
  try {
    const now = await context.store.movedTo(room.jid)
    if (now !== undefined) return refuse(context, arrived, stanzaError('gone', { uri: `xmpp:${encodeURI(now)}?join` }))
    await context.archive.eraseLeftovers(room.jid)
    const creator = bareOf(from)
    const created = await context.store.create(
      { jid: room.jid, creator, config: context.config.defaults, locked: true },
      context.config.perUser,
    )
    if (created === 'too-many')
      return refuse(context, arrived, stanzaError('not-allowed', { text: 'you have made too many rooms' }))
    const stored = await context.store.load(room.jid)
    if (!stored) return refuse(context, arrived, 'item-not-found')
    room.details = detailsOf(stored)
    await enter(context, arrived, { isNew: created === 'created' })
  } catch (error) {
    if (!isUnavailable(error)) throw error
    refuse(context, arrived, 'resource-constraint')
  }
}

function mayCreate({ config, hosts }: MucContext, from: Jid): boolean {
  if (config.admins.includes(bareOf(from))) return true
  if (config.creation === 'users') return hosts.isLocalUser(from) && localOf(from) !== ''
  return config.creation === 'anyone'
}
