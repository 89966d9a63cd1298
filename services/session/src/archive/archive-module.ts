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
import { defineModule, type IqHandler, type Outcome, onGet, onSet, refuse, reply } from '@heliograph/module'
import { el, type FormDefinition, formElement, NS, readStanza, type Stanza } from '@heliograph/stanza'
import type { SessionConfig } from '../config.ts'
import type { SessionContext } from '../context.ts'
import type { IqContext } from '../modules/iq-context.ts'
import { notYours, type OwnContext, onOwnGet, ownersOnly } from '../modules/own.ts'
import { askNodes } from '../pep/pep-module.ts'

const QUERY = `{${NS.mam}}query`
const METADATA = `{${NS.mam}}metadata`
const PAGE_BYTES = 1_048_576
/** A query waits so long for what was accepted before it. */
const COMMITS_MS = 5_000

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
    onGet('account', QUERY, orOfNode(fields)),
    onGet('nobody', QUERY, orOfNode(notYours)),
    // §5: an archive is its owner's alone, and whether there is one, too.
    onSet('account', QUERY, orOfNode(ownersOnly(query))),
    onSet('nobody', QUERY, orOfNode(notYours)),
    ...onOwnGet(METADATA, metadata),
  ],
})

/** XEP-0442: of a node of the account, or of what the account has said and heard. */
function orOfNode(handle: IqHandler<IqContext>['handle']): IqHandler<IqContext>['handle'] {
  return (request, context) =>
    request.child('query', NS.mam)?.attrs.node === undefined ? handle(request, context) : askNodes(request, context)
}

/** §4.1.5: which filters there are. */
function fields(_request: Stanza, { session }: IqContext): Outcome {
  return reply(el('query', { xmlns: NS.mam }, formElement({ ...offered(session), type: 'form' })))
}

function offered({ config }: SessionContext): FormDefinition {
  return config.archive.search ? searchForm : filterForm
}

/** §6: where the archive begins and ends. */
function metadata(_request: Stanza, context: OwnContext): Outcome | Promise<Outcome> {
  const { user, session } = context
  return user.queries.run(async () => {
    await session.archive.flushedWithin(COMMITS_MS)
    return reply(metadataElement(await extent(session.db, user.jid)))
  })
}

function query(request: Stanza, context: OwnContext): Outcome | Promise<Outcome> {
  const { user, session } = context
  const wanted = readRequest(request.child('query', NS.mam)!, {
    pageMax: session.config.archive.pageMax,
    offered: offered(session),
  })
  if ('condition' in wanted) return refuse(wanted)
  // Reading needs no place in the order of the user's chores.
  return user.queries.run(async () => {
    // What the client sent before it asked is found, and what others were delivered before.
    await session.archive.flushedWithin(COMMITS_MS)
    const answer = await answerRequest(session.db, user.jid, wanted, pageBytes(session.config))
    if ('condition' in answer) return refuse(answer)
    deliverResults(context, wanted.queryId, answer.messages)
    return reply(answer.fin)
  })
}

/** §4.2: the messages, then the result of the request. */
function deliverResults(
  { session, user, resource }: OwnContext,
  queryId: string | undefined,
  messages: readonly FoundMessage[],
): void {
  if (!user.resources.includes(resource)) return
  for (const { id, stanza, offline } of messages) {
    if (offline) resource.hasRead(id)
    const found = { id, stanza: readStanza(Buffer.from(stanza)) }
    const message = resultMessage(found, { owner: user.jid, jid: resource.jid, queryId })
    user.afterCommit.pass(() => session.outgoing.deliver(user, resource, message))
  }
}

/** A page must leave room in the queue of a session, or large messages could never be read. */
function pageBytes({ maxUnacked }: SessionConfig): number {
  return Math.min(PAGE_BYTES, maxUnacked.bytes >> 2)
}
