import { defineModule, type Outcome, onGet, onSet, refuse, reply } from '@heliograph/module'
import { el, NS, type Stanza, stanzaError } from '@heliograph/stanza'
import { tellStatus } from '../administration/carry-out.ts'
import { affiliationMay } from '../authority/privileges.ts'
import { inRoom, type RoomIq } from '../iqs/room-iq.ts'
import { readRoomVcard } from './room-vcard.ts'

const VCARD = `{${NS.vcardTemp}}vCard`

/** XEP-0486: a room's vCard, which everybody may see and its owners change; its avatar is told by disco. */
export const roomVcard = defineModule<RoomIq>({
  name: 'room-vcard',
  xeps: [
    { number: '0054', version: '1.3.0' },
    { number: '0486', version: '0.1.0' },
  ],
  features: { server: [NS.vcardTemp], item: [NS.vcardTemp] },
  iq: [onGet('server', VCARD, showService), onGet('item', VCARD, show), onSet('item', VCARD, change)],
})

/** By the feature at this address clients know that rooms have avatars (XEP-0486 §4.1). */
function showService(): Outcome {
  return reply(el('vCard', { xmlns: NS.vcardTemp }, el('FN', null, 'Rooms')))
}

function show(_request: Stanza, iq: RoomIq): Outcome {
  const { vcard } = inRoom(iq).room.about
  // XEP-0054 §3.1: an empty one where there is none. Who has just emptied it asks whether it is empty.
  return vcard === undefined
    ? reply(el('vCard', { xmlns: NS.vcardTemp }))
    : { kind: 'raw', xml: vcard.xml, name: VCARD }
}

async function change(request: Stanza, iq: RoomIq): Promise<Outcome> {
  const { muc, room, from } = inRoom(iq)
  if (!affiliationMay(room.affiliationOf(from), 'configure')) {
    return refuse(stanzaError('forbidden', { text: 'owners alone change it' }))
  }
  const read = readRoomVcard(request.child('vCard', NS.vcardTemp)!)
  if ('error' in read) return refuse(read.error)
  await muc.store.setVcard(room.jid, read.vcard)
  room.about.vcard = read.vcard
  tellStatus(muc, room, [104])
  return reply()
}
