import {
  answerRequest,
  extent,
  type FoundMessage,
  filterForm,
  metadataElement,
  readRequest,
  resultMessage,
  searchForm,
} from '@heliograph/archive'
import { type FullJid, isFull } from '@heliograph/jid'
import { defineModule, type Outcome, onGet, onSet, refuse, reply } from '@heliograph/module'
import {
  el,
  type FormDefinition,
  formElement,
  NS,
  readStanza,
  type Stanza,
  type StanzaError,
  stanzaError,
} from '@heliograph/stanza'
import { say } from '../arrived.ts'
import type { MucContext } from '../context.ts'
import { type ItemIq, inRoom, type RoomIq } from '../iqs/room-iq.ts'
import { refusedReading, seesAuthors } from './access.ts'
import { later } from './later.ts'

const QUERY = `{${NS.mam}}query`
const METADATA = `{${NS.mam}}metadata`

/** XEP-0313: Message Archive Management, of what was said in rooms that have an archive. */
export const roomArchiveModule = defineModule<RoomIq>({
  name: 'room-archive',
  xeps: [{ number: '0313', version: '1.1.3' }],
  features: { item: [NS.mam, NS.mamExtended, NS.rsm] },
  iq: [onGet('item', QUERY, fields), onSet('item', QUERY, query), onGet('item', METADATA, metadata)],
})

/** XEP-0431: Full Text Search in MAM. */
export const roomSearchModule = defineModule<RoomIq>({
  name: 'room-search',
  xeps: [{ number: '0431', version: '0.2.0' }],
  features: { item: [NS.fullText] },
})

/** §4.1.5: which filters there are. */
function fields(_request: Stanza, asked: RoomIq): Outcome {
  const refused = refusal(inRoom(asked))
  if (refused) return refuse(refused)
  return reply(el('query', { xmlns: NS.mam }, formElement({ ...offered(asked.muc), type: 'form' })))
}

/** §6: where the archive begins and ends. */
function metadata(request: Stanza, asked: RoomIq): Outcome {
  const { room, muc } = inRoom(asked)
  const refused = refusal(inRoom(asked))
  if (refused) return refuse(refused)
  const { db } = muc.archive
  return later(muc, { room, request }, async () => reply(metadataElement(await extent(db, room.jid))))
}

function query(request: Stanza, asked: RoomIq): Outcome {
  const iq = inRoom(asked)
  const { room, muc, from } = iq
  const refused = refusal(iq)
  if (refused) return refuse(refused)
  const { pageMax, pageBytes } = muc.config.archive
  const wanted = readRequest(request.child('query', NS.mam)!, { pageMax, offered: offered(muc) })
  if ('condition' in wanted) return refuse(wanted)
  const withAuthors = seesAuthors(room.standingOf(from), room.about.config)
  return later(muc, { room, request }, async () => {
    const found = await answerRequest(muc.archive.db, room.jid, wanted, pageBytes)
    if ('condition' in found) return refuse(found)
    const to = { owner: room.jid, jid: from, queryId: wanted.queryId }
    for (const message of found.messages)
      say(muc, room, resultMessage({ id: message.id, stanza: shown(message, withAuthors) }, to))
    return reply(found.fin)
  })
}

/** Why who asks gets nothing; undefined if he may read. */
function refusal({ room, muc, from }: ItemIq): StanzaError | undefined {
  const { config, subscribers } = room.about
  if (!hasArchive(muc, config.logged)) return stanzaError('feature-not-implemented')
  const standing = room.standingOf(from as FullJid)
  const reason = refusedReading(standing, config, standing.role !== 'none' || subscribers.get(from) !== undefined)
  if (reason !== undefined) return stanzaError(reason)
  // A server that asks in nobody's name can be sent no results.
  return isFull(from) ? undefined : stanzaError('jid-malformed')
}

/** Whether what is said in a room is kept for who asks later. */
export function hasArchive({ config }: Pick<MucContext, 'config'>, logged: boolean): boolean {
  return config.archive.enabled && logged
}

function offered({ config }: MucContext): FormDefinition {
  return config.archive.search ? searchForm : filterForm
}

/** §5.1.3: with the real address of its author, for those who may know it. */
function shown({ stanza, author }: FoundMessage, withAuthors: boolean): Stanza {
  const message = readStanza(Buffer.from(stanza))
  if (!withAuthors || author === null) return message
  return message.append(el('x', { xmlns: NS.mucUser }, el('item', { jid: author })))
}
