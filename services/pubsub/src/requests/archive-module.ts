import { type ArchiveRequest, filterForm, idsNamed, readRequest, resultMessage } from '@heliograph/archive'
import { defineModule, type Outcome, onGet, onSet, refuse, reply } from '@heliograph/module'
import {
  el,
  type FormDefinition,
  formElement,
  NS,
  rsmElement,
  type Stanza,
  type StanzaError,
  stanzaError,
} from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { unsupported } from '../access/errors.ts'
import { refusedReading } from '../access/rules.ts'
import { closedTo } from '../account/closed.ts'
import { say } from '../arrived.ts'
import { ITEMS_MAX } from '../forms/node-fields.ts'
import { itemsXml, itemXml } from '../notify/item-xml.ts'
import { messageOf } from '../notify/tell.ts'
import type { Item } from '../store/stored.ts'
import { type ItemIq, type NodeIq, ofNode } from './node-iq.ts'
import { standingOf } from './operation.ts'

const QUERY = `{${NS.mam}}query`
const PAGE = 100
/** What items are published with: there is nobody that they are exchanged with, and no words to search for. */
const NOT_HERE: ReadonlySet<string | undefined> = new Set(['with', 'include-groupchat'])
const OFFERED: FormDefinition = {
  ...filterForm,
  fields: filterForm.fields.filter(({ var: name }) => !NOT_HERE.has(name)),
}

/** XEP-0442: items of a node, asked for as an archive's messages. They are those that the node keeps. */
export const nodeArchive = defineModule<NodeIq>({
  name: 'node-archive',
  xeps: [
    { number: '0313', version: '1.1.3' },
    { number: '0442', version: '0.2.0' },
  ],
  features: { item: [NS.mam, NS.mamExtended] },
  iq: [onGet('item', QUERY, fields), onSet('item', QUERY, query)],
})

/** XEP-0313 §4.1.5 */
async function fields(_request: Stanza, asked: NodeIq): Promise<Outcome> {
  const refused = await refusal(ofNode(asked))
  if (refused) return refuse(refused)
  return reply(el('query', { xmlns: NS.mam }, formElement({ ...OFFERED, type: 'form' })))
}

async function query(request: Stanza, asked: NodeIq): Promise<Outcome> {
  const iq = ofNode(asked)
  const refused = await refusal(iq)
  if (refused) return refuse(refused)
  const wanted = readRequest(request.child('query', NS.mam)!, { pageMax: PAGE, offered: OFFERED })
  if ('condition' in wanted) return refuse(wanted)
  const { pubsub: context, node } = iq
  const { id, config } = node.about
  const { items, archive } = context.store
  const floor = await items.floor(id, config.maxItems ?? ITEMS_MAX, node.expired)
  // XEP-0313 §4.1.3, §4.3.2
  if (!(await archive.haveAll(id, idsNamed(wanted), floor))) return refuse(stanzaError('item-not-found'))
  if (wanted.countOnly) {
    const count = await archive.count(id, { filter: wanted.filter, floor })
    return reply(finElement(count === 0, rsmElement({ count })))
  }
  return answer(iq, wanted, floor)
}

async function answer(iq: ItemIq, wanted: ArchiveRequest, floor: number): Promise<Outcome> {
  const { pubsub: context, node } = iq
  const { filter, page } = wanted
  const found = await context.store.archive.page(node.about.id, { filter, page, floor })
  const fit = fitting(page.from === 'end' ? found.items.toReversed() : found.items, context.config.pageBytes)
  const shown = page.from === 'end' ? fit.toReversed() : fit
  const to = { owner: node.service, jid: iq.from, queryId: wanted.queryId }
  for (const item of wanted.flipped ? shown.toReversed() : shown) {
    const event = itemsXml(node.name, itemXml(item, node.about.config.deliverPayloads))
    say(context, node, resultMessage({ id: item.sequence, stanza: messageOf(node, { event }) }, to))
  }
  const rsm = rsmElement({ first: shown[0]?.sequence.toString(), last: shown.at(-1)?.sequence.toString() })
  return reply(finElement(found.complete && fit.length === found.items.length, rsm))
}

/** As many of the first as fit an answer; always one. */
function fitting(items: readonly Item[], bytes: number): readonly Item[] {
  let room = bytes
  const end = items.findIndex(({ payload }, at) => {
    room -= payload.length
    return at > 0 && room < 0
  })
  return end < 0 ? items : items.slice(0, end)
}

async function refusal(iq: ItemIq): Promise<StanzaError | undefined> {
  const closed = await closedTo(iq)
  if (closed) return closed
  if (iq.node.details === 'absent') return stanzaError('item-not-found')
  const { config } = iq.node.about
  return (
    refusedReading(config, await standingOf(iq)) ?? (config.persistItems ? undefined : unsupported('persistent-items'))
  )
}

function finElement(complete: boolean, rsm: Element): Element {
  return el('fin', { xmlns: NS.mam, complete: complete ? 'true' : undefined }, rsm)
}
