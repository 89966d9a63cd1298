import { bareOf } from '@heliograph/jid'
import { defineModule, type Outcome, onGet, onSet, refuse, reply } from '@heliograph/module'
import { NS, type Stanza, stanzaError } from '@heliograph/stanza'
import { inRoom, type RoomIq } from '../iqs/room-iq.ts'
import { answerWhenKept, carryOut, storeAffiliates, viewOf } from './carry-out.ts'
import { inviteMembers } from './invite-members.ts'
import { readItems, readListItem } from './items.ts'
import { listFor } from './lists.ts'
import { planChanges } from './plan.ts'

const QUERY = `{${NS.mucAdmin}}query`

/** XEP-0045 §8.2 to §9.8, §10.3 to §10.8: roles and affiliations, one or many at a time, and their lists. */
export const administration = defineModule<RoomIq>({
  name: 'room-administration',
  features: { item: [NS.mucAdmin, NS.mucRequest] },
  iq: [onGet('item', QUERY, list), onSet('item', QUERY, change)],
})

function list(request: Stanza, iq: RoomIq): Outcome {
  const { room, from } = inRoom(iq)
  const wanted = readListItem(request.child('query', NS.mucAdmin)!)
  if (wanted === undefined) {
    return refuse(stanzaError('bad-request', { text: 'ask for one list, by its role or affiliation' }))
  }
  const found = listFor(viewOf(room), bareOf(from), wanted, (occupant) => occupant.foremost.jid)
  return 'error' in found ? refuse(found.error) : reply(found.query)
}

async function change(request: Stanza, iq: RoomIq): Promise<Outcome> {
  const item = inRoom(iq)
  const { muc, room, from, occupant } = item
  const read = readItems(request.child('query', NS.mucAdmin)!)
  if ('error' in read) return refuse(read.error)
  const plan = planChanges(viewOf(room), bareOf(from), read.items)
  if ('error' in plan) return refuse(plan.error)
  await storeAffiliates(muc, room, plan.affiliates)
  const { outcome, kept } = answerWhenKept(item, request)
  carryOut(muc, room, plan, { actor: occupant?.nick, kept })
  inviteMembers(muc, room, bareOf(from), plan.invited)
  return outcome
}
