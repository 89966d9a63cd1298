import { resourceOf } from '@heliograph/jid'
import { NS } from '@heliograph/stanza'
import { withoutForgeries } from '../archive/clean.ts'
import { type Arrived, refuse } from '../arrived.ts'
import { roleMay } from '../authority/privileges.ts'
import type { MucContext } from '../context.ts'
import type { Occupant } from '../occupant.ts'
import { OCCUPANT_ID, occupantIdXml, USER_X } from '../presence/user-item.ts'
import { takeSequences } from '../sequence.ts'

/**
 * A private message between occupants (XEP-0045 §7.5), to all clients by which the receiver is here. Nobody but them stores it, so it is
 * in custody when they have it.
 */
export function sayPrivately(context: MucContext, arrived: Arrived, occupant: Occupant): void {
  const { room, stanza, trace, taken } = arrived
  if (stanza.type === 'groupchat') return refuse(context, arrived, 'bad-request')
  const receiver = room.occupants.named(resourceOf(stanza.to!))
  if (!receiver) return refuse(context, arrived, 'item-not-found')
  if (!roleMay(occupant.role, 'messagePrivately', room.about.config)) return refuse(context, arrived, 'forbidden')
  const message = withoutForgeries(stanza, room.jid)
    .with({ from: occupant.jid, to: undefined })
    .append(`<x xmlns='${NS.mucUser}'/>`, USER_X)
    .append(occupantIdXml(occupant.id), OCCUPANT_ID)
  const recipients = receiver.sessions.map(({ jid }) => jid)
  const sequence = takeSequences(context, room)
  room.out.pass(() => room.lane.send({ stanza: message, recipients, sequence, trace }, taken))
}
