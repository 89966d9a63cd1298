import { bareOf, type FullJid, isFull, type Jid, resourceOf } from '@heliograph/jid'
import { iqResult, NS } from '@heliograph/stanza'
import { type Arrived, refuse, say } from '../arrived.ts'
import { roleMay } from '../authority/privileges.ts'
import type { MucContext } from '../context.ts'
import type { Occupant } from '../occupant.ts'
import type { Room } from '../room.ts'

const PING = `{${NS.ping}}ping`
/** What accounts answer, not clients. */
const OF_ACCOUNT = new Set([`{${NS.vcardTemp}}vCard`, `{${NS.vcard4}}vcard`, `{${NS.pubsub}}pubsub`])
const DISCO = new Set([`{${NS.discoInfo}}query`, `{${NS.discoItems}}query`])
const MARK = /^([\w-]{11})\.(.*)$/s

/**
 * IQs from one occupant to another (XEP-0045 §17.4). The room keeps nothing of them: in the id that the other gets is by which of his clients
 * somebody asked, so the answer finds its way, also when the room went to another owner meanwhile.
 */
export function relayIq(context: MucContext, arrived: Arrived): void {
  const { room, stanza } = arrived
  const isRequest = stanza.type === 'get' || stanza.type === 'set'
  if (!isRequest) return passAnswer(context, arrived)
  const asker = room.occupants.by(arrived.from)
  // XEP-0410 §3.1: not-acceptable is what tells a client that it isn't here any more. XEP-0045 §6.6: bad-request to disco.
  if (!asker) return refuse(context, arrived, DISCO.has(stanza.children[0] ?? '') ? 'bad-request' : 'not-acceptable')
  const asked = room.occupants.named(resourceOf(stanza.to!))
  if (!asked) return refuse(context, arrived, 'item-not-found')
  if (asked === asker && stanza.children[0] === PING) {
    say(context, room, iqResult(stanza))
    return arrived.taken()
  }
  if (!roleMay(asker.role, 'messagePrivately', room.about.config)) return refuse(context, arrived, 'forbidden')
  const to: Jid = OF_ACCOUNT.has(stanza.children[0] ?? '') ? asked.bare : asked.foremost.jid
  const id = `${context.occupantIds.markOf(room.jid, arrived.from as FullJid)}.${stanza.id ?? ''}`
  say(context, room, stanza.with({ from: asker.jid, to, id }), (outcome) => {
    if (outcome !== 'taken') refuse(context, { ...arrived, taken: () => {} }, 'remote-server-timeout')
  })
  arrived.taken()
}

/** Of an occupant, or of his account, to an occupant who asked. */
function passAnswer(context: MucContext, { room, stanza, from, taken }: Arrived): void {
  const asker = room.occupants.named(resourceOf(stanza.to!))
  const answerer = answererOf(room, from)
  const [, mark, id] = MARK.exec(stanza.id ?? '') ?? []
  const client = asker?.sessions.find(({ jid }) => context.occupantIds.markOf(room.jid, jid) === mark)
  if (answerer && client) say(context, room, stanza.with({ from: answerer.jid, to: client.jid, id }))
  taken()
}

function answererOf(room: Room, from: Jid): Occupant | undefined {
  return isFull(from) ? room.occupants.by(from) : room.occupants.of(bareOf(from))[0]
}
