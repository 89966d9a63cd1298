import { isBare, trusted } from '@heliograph/jid'
import { NS, type Stanza } from '@heliograph/stanza'
import { escapeText } from '@heliograph/xml'
import type { PubsubContext } from '../context.ts'
import type { Node } from '../node/node.ts'
import { untilAvailable } from '../node/until-available.ts'
import type { Hearer, HearersQuery } from '../store/collection-store.ts'

const PAGE = 1_000

/** Some that are told the same. */
export interface Part {
  readonly stanza: Stanza
  readonly recipients: readonly string[]
}

/**
 * Who hears of something by collections, a page at a time, as Postgres has it now. Each address once, however many ways lead to it, with the
 * nearest collection that it is subscribed to named (XEP-0248 §5.3.1), unless that is the one that it is `about` anyway.
 */
export async function* byCollections(
  context: PubsubContext,
  node: Node,
  { stanza, query, about }: { readonly stanza: Stanza; readonly query: HearersQuery; readonly about?: string },
): AsyncGenerator<Part> {
  for (let after = ''; ; ) {
    const read = () => context.store.collections.hearers(query, after, PAGE)
    const page = await untilAvailable(context, node, read)
    for (const [collection, hearers] of Map.groupBy(page, (hearer) => hearer.collection)) {
      const named = collection === about ? stanza : inCollection(stanza, collection)
      for (const recipients of partsOf(hearers)) yield { stanza: named, recipients }
    }
    if (page.length < PAGE) return
    after = page.at(-1)!.jid
  }
}

/** A client that is subscribed by its full address and its user's bare one is told under both. */
function partsOf(hearers: readonly Hearer[]): string[][] {
  const bare = hearers.filter(({ jid }) => isBare(trusted(jid)))
  const full = hearers.filter(({ jid }) => !isBare(trusted(jid)))
  return [bare, full].filter(({ length }) => length > 0).map((part) => part.map(({ jid }) => jid))
}

/** XEP-0131 */
function inCollection(stanza: Stanza, collection: string): Stanza {
  const header = `<header name='Collection'>${escapeText(collection)}</header>`
  return stanza.append(`<headers xmlns='${NS.shim}'>${header}</headers>`, `{${NS.shim}}headers`)
}
