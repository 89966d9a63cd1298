import type { Element } from '@heliograph/xml'
import { el } from './builders.ts'
import { NS } from './ns.ts'

/** What a requester asks of a result set (XEP-0059). */
export interface RsmRequest {
  /** Items wanted at most; 0 asks for the count alone (§2.7). */
  readonly max?: number | undefined
  /** Items after the one of this id. */
  readonly after?: string | undefined
  /** Items before the one of this id; the empty string asks for the last page (§2.5). */
  readonly before?: string | undefined
  /** Position of the first item wanted, from 0 (§2.6). */
  readonly index?: number | undefined
}

/** One page of a result set. */
export interface RsmPage {
  readonly first?: string | undefined
  /** Position of the first item in the whole set, when that is cheap to know. */
  readonly firstIndex?: number | undefined
  readonly last?: string | undefined
  readonly count?: number | undefined
}

/** The request in a `<set/>` element; undefined when a number in it is malformed (answer `bad-request`). */
export function readRsm(set: Element): RsmRequest | undefined {
  const max = number(set.getChildText('max', NS.rsm))
  const index = number(set.getChildText('index', NS.rsm))
  if (max === null || index === null) return undefined
  return {
    max,
    index,
    after: set.getChildText('after', NS.rsm) ?? undefined,
    before: set.getChildText('before', NS.rsm) ?? undefined,
  }
}

/** Undefined for none, null for a malformed one. */
function number(text: string | null): number | undefined | null {
  if (text === null) return undefined
  return /^\d+$/.test(text.trim()) ? Math.min(Number(text), Number.MAX_SAFE_INTEGER) : null
}

/** The `<set/>` element that describes a page. */
export function rsmElement(page: RsmPage): Element {
  const set = el('set', { xmlns: NS.rsm })
  if (page.first !== undefined) set.cnode(el('first', { index: page.firstIndex }, page.first))
  if (page.last !== undefined) set.cnode(el('last', null, page.last))
  if (page.count !== undefined) set.cnode(el('count', null, page.count))
  return set
}

/** The `<set/>` element of a request. */
export function rsmRequestElement(request: RsmRequest): Element {
  const set = el('set', { xmlns: NS.rsm })
  if (request.max !== undefined) set.cnode(el('max', null, request.max))
  if (request.after !== undefined) set.cnode(el('after', null, request.after))
  if (request.before !== undefined) set.cnode(el('before', null, request.before))
  if (request.index !== undefined) set.cnode(el('index', null, request.index))
  return set
}
