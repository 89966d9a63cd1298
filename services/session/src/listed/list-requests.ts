import { randomBytes } from 'node:crypto'
import { type BlockListName, hashOf } from '@heliograph/block-lists'
import type { Domain } from '@heliograph/jid'
import { el, iqGet, iqSet, NS, readRsm, rsmRequestElement, type Stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'

const PAGE = 500

/** A part of a list. */
export interface ListPage {
  readonly hashes: readonly string[]
  /** Items whose ids name nobody. */
  readonly strange: number
  /** What comes before the item of this id has still to be asked for. */
  readonly before: string | undefined
}

/** XEP-0060 §6.1, in the server's own name. */
export function subscribeRequest({ service, node }: BlockListName, self: Domain): Stanza {
  const subscribe = el('subscribe', { node, jid: self })
  return iqSet({ id: newId(), from: self, to: service }, el('pubsub', { xmlns: NS.pubsub }, subscribe))
}

/** XEP-0060 §6.5, from the last item backwards: without `before` some services begin with the last page, too. */
export function itemsRequest({ service, node }: BlockListName, self: Domain, before: string): Stanza {
  const page = rsmRequestElement({ max: PAGE, before })
  return iqGet(
    { id: newId(), from: self, to: service },
    el('pubsub', { xmlns: NS.pubsub }, el('items', { node }), page),
  )
}

/** What a service answered to that. One that knows no pages has sent all. */
export function readPage(answer: Stanza): ListPage {
  const pubsub = answer.child('pubsub', NS.pubsub)
  const ids = (pubsub?.getChild('items', NS.pubsub)?.getChildren('item') ?? []).map(({ attrs }) => String(attrs.id))
  const set = pubsub?.getChild('set', NS.rsm) as Element | undefined
  const first = set?.getChild('first', NS.rsm)
  const isFirst = first === undefined || first.attrs.index === '0' || readRsm(set!) === undefined
  const hashes = ids.flatMap((id) => hashOf(id) ?? [])
  const before = isFirst || ids.length === 0 ? undefined : first.getText()
  return { hashes, strange: ids.length - hashes.length, before }
}

function newId(): string {
  return `list-${randomBytes(9).toString('base64url')}`
}
