import { defineModule, type Outcome, onGet, refuse, reply } from '@heliograph/module'
import { delay, el, formElement, forwardedXml, NS, rsmElement, Stanza, stanzaError } from '@heliograph/stanza'
import { escapeAttribute } from '@heliograph/xml'
import type { SessionConfig } from '../config.ts'
import type { IqContext } from '../modules/iq-context.ts'
import { notYours, type OwnContext, onOwnGet, onOwnSet } from '../modules/own.ts'
import { idToDate } from '../users/clock.ts'
import { readStanza } from '../users/read-stanza.ts'
import { filterForm } from './archive-filter.ts'
import { type ArchivePage, countMatching, extent, haveAll, readPage } from './archive-query.ts'
import { type ArchiveRequest, idsNamed, readRequest } from './archive-request.ts'

const QUERY = `{${NS.mam}}query`
const METADATA = `{${NS.mam}}metadata`
const PAGE_BYTES = 1_048_576
const RESULT = `{${NS.mam}}result`

/** XEP-0313: Message Archive Management, of a user's own archive. */
export const archiveModule = defineModule<IqContext>({
  name: 'archive',
  xeps: [
    { number: '0313', version: '1.1.3' },
    { number: '0059', version: '1.0' },
  ],
  // §10: the last, because the field `include-groupchat` is understood, though there is nothing to include.
  features: { account: [NS.mam, NS.mamExtended, NS.mamGroupchatField, NS.rsm] },
  iq: [
    onGet('account', QUERY, fields),
    onGet('nobody', QUERY, notYours),
    // §5: an archive is its owner's alone, and whether there is one, too.
    ...onOwnSet(QUERY, query),
    ...onOwnGet(METADATA, metadata),
  ],
})

/** §4.1.5: which filters there are. */
function fields(): Outcome {
  return reply(el('query', { xmlns: NS.mam }, formElement({ ...filterForm, type: 'form' })))
}

/** §6: where the archive begins and ends. */
function metadata(_request: Stanza, context: OwnContext): Outcome | Promise<Outcome> {
  const { user, session } = context
  return user.queries.run(async () => {
    const found = await extent(session.db, user.jid)
    const end = (name: 'start' | 'end', id: number) => el(name, { id, timestamp: idToDate(id).toISOString() })
    return reply(el('metadata', { xmlns: NS.mam }, found && [end('start', found.first), end('end', found.last)]))
  })
}

function query(request: Stanza, context: OwnContext): Outcome | Promise<Outcome> {
  const { user, session } = context
  const wanted = readRequest(request.child('query', NS.mam)!, session.config.archive.pageMax)
  if ('condition' in wanted) return refuse(wanted)
  // Reading needs no place in the order of the user's chores.
  return user.queries.run(() => answerQuery(context, wanted))
}

async function answerQuery(context: OwnContext, wanted: ArchiveRequest): Promise<Outcome> {
  const { session, user } = context
  // §4.1.3, §4.3.2: an id that isn't in the archive is an error, not an empty page.
  if (!(await haveAll(session.db, user.jid, idsNamed(wanted)))) return refuse(stanzaError('item-not-found'))
  if (wanted.countOnly) {
    const count = await countMatching(session.db, user.jid, wanted.filter)
    return reply(el('fin', { xmlns: NS.mam, complete: count === 0 ? 'true' : undefined }, rsmElement({ count })))
  }
  const page = await readPage(session.db, user.jid, wanted.filter, {
    ...wanted.page,
    maxBytes: pageBytes(session.config),
  })
  deliverResults(context, wanted, page)
  return reply(finElement(page))
}

/** §4.2: each message forwarded in one of its own, then the result of the request. */
function deliverResults({ session, user, resource }: OwnContext, wanted: ArchiveRequest, page: ArchivePage): void {
  if (!user.resources.includes(resource)) return
  const queryId = wanted.queryId === undefined ? '' : ` queryid='${escapeAttribute(wanted.queryId)}'`
  const messages = wanted.flipped ? page.messages.toReversed() : page.messages
  for (const { id, stanza, offline } of messages) {
    if (offline) resource.hasRead(id)
    const forwarded = forwardedXml(readStanza(Buffer.from(stanza)), delay(idToDate(id).getTime()))
    const xml = `<result xmlns='${NS.mam}'${queryId} id='${id}'>${forwarded}</result>`
    const message = new Stanza({
      name: 'message',
      from: user.jid,
      to: resource.jid,
      payload: Buffer.from(xml),
      children: [RESULT],
    })
    user.afterCommit.pass(() => session.outgoing.deliver(user, resource, message))
  }
}

/** A page must leave room in the queue of a session, or large messages could never be read. */
function pageBytes({ maxUnacked }: SessionConfig): number {
  return Math.min(PAGE_BYTES, maxUnacked.bytes >> 2)
}

function finElement({ messages, complete }: ArchivePage) {
  const first = messages[0]?.id
  const last = messages.at(-1)?.id
  return el(
    'fin',
    { xmlns: NS.mam, complete: complete ? 'true' : undefined },
    rsmElement({ first: first?.toString(), last: last?.toString() }),
  )
}
