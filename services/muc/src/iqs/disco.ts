import { domainOf, trusted } from '@heliograph/jid'
import { defineModule, type Outcome, onGet, refuse, reply } from '@heliograph/module'
import { el, formElement, NS, readRsm, rsmElement, type Stanza, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { refusedReading } from '../archive/access.ts'
import { announced } from '../archive/announced.ts'
import { roomFeatures, roomInfo } from '../forms/room-info.ts'
import { hatCommandInfo, hatCommandItems } from '../hats/hats-disco.ts'
import { RESERVED_NICK, reservedNick } from '../registration/reserved-nick.ts'
import { inRoom, type RoomIq } from './room-iq.ts'

const INFO = `{${NS.discoInfo}}query`
const ITEMS = `{${NS.discoItems}}query`

/** XEP-0030 of the service, its rooms, and who is in them (XEP-0045 §6). */
export const disco = defineModule<RoomIq>({
  name: 'disco',
  xeps: [{ number: '0030', version: '2.5.0' }],
  features: { server: [NS.discoInfo, NS.discoItems, NS.rsm], item: [NS.discoInfo, NS.discoItems] },
  iq: [
    onGet('server', INFO, serviceInfo),
    onGet('server', ITEMS, serviceItems),
    onGet('item', INFO, itemInfo),
    onGet('item', ITEMS, itemItems),
  ],
})

function serviceInfo(request: Stanza, { muc }: RoomIq): Outcome {
  if (nodeOf(request, NS.discoInfo) !== undefined) return refuse(stanzaError('item-not-found'))
  const identity = el('identity', { category: 'conference', type: 'text', name: 'Rooms' })
  return reply(infoElement([identity], muc.modules.features('server')))
}

/** §6.3: the rooms that are listed. */
async function serviceItems(request: Stanza, { muc }: RoomIq): Promise<Outcome> {
  if (nodeOf(request, NS.discoItems) !== undefined) return refuse(stanzaError('item-not-found'))
  const set = request.child('query', NS.discoItems)?.getChild('set', NS.rsm) as Element | undefined
  const asked = set && readRsm(set)
  if (set && !asked) return refuse(stanzaError('bad-request'))
  const { rooms, count, index } = await muc.store.list({ domain: domainOf(trusted(request.to!)), page: asked ?? {} })
  const items = rooms.map(({ jid, name }) => el('item', { jid, name: name === '' ? undefined : name }))
  const page = { first: rooms[0]?.jid, last: rooms.at(-1)?.jid, firstIndex: index, count }
  return reply(el('query', { xmlns: NS.discoItems }, items, asked || items.length < count ? rsmElement(page) : null))
}

/** §6.4 */
function itemInfo(request: Stanza, asked: RoomIq): Outcome {
  const { room, muc, from } = inRoom(asked)
  const node = nodeOf(request, NS.discoInfo)
  if (node === RESERVED_NICK) return reply(reservedNick(room, from))
  if (node !== undefined) return hatCommandInfo(inRoom(asked), node) ?? refuse(stanzaError('item-not-found'))
  const { config, subject, vcard, hats } = room.about
  const identity = el('identity', {
    category: 'conference',
    type: 'text',
    name: config.name === '' ? undefined : config.name,
  })
  const features = [...announced(muc, config), ...roomFeatures(config)].sort()
  const form = roomInfo(config, {
    // It was said in the room: who may not read there isn't told it.
    subject: refusedReading(room.standingOf(from), config) === undefined ? subject?.text : undefined,
    occupants: room.occupants.size,
    avatarHashes: vcard?.avatarHashes ?? [],
    hatsHash: hats.hash,
  })
  return reply(infoElement([identity], features, formElement(form)))
}

/** §6.5: who is in the room is told those who are in it, too, and others where the room is listed. */
function itemItems(request: Stanza, asked: RoomIq): Outcome {
  const { room, occupant } = inRoom(asked)
  if (nodeOf(request, NS.discoItems) === NS.commands) return hatCommandItems(inRoom(asked))
  if (nodeOf(request, NS.discoItems) !== undefined) return refuse(stanzaError('item-not-found'))
  const { config } = room.about
  const isOpen = config.listed && !config.membersOnly && !config.passwordProtected
  const seen = occupant || isOpen ? [...room.occupants] : []
  const visible = seen.filter(({ shown }) => shown)
  return reply(
    el(
      'query',
      { xmlns: NS.discoItems },
      visible.map(({ jid }) => el('item', { jid })),
    ),
  )
}

function infoElement(identities: readonly Element[], features: readonly string[], form?: Element): Element {
  return el(
    'query',
    { xmlns: NS.discoInfo },
    identities,
    features.map((feature) => el('feature', { var: feature })),
    form,
  )
}

function nodeOf(request: Stanza, xmlns: string): string | undefined {
  return request.child('query', xmlns)?.attrs.node as string | undefined
}
