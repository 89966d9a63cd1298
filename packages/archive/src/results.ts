import type { BareJid, Jid } from '@heliograph/jid'
import { delay, el, forwardedXml, NS, Stanza } from '@heliograph/stanza'
import { type Element, escapeAttribute } from '@heliograph/xml'
import type { Extent } from './archive-query.ts'
import { idToDate } from './id-clock.ts'

const RESULT = `{${NS.mam}}result`

/** XEP-0313 §4.2: a message that was found, forwarded in one of its own. */
export function resultMessage(
  { id, stanza }: { readonly id: number; readonly stanza: Stanza },
  to: { readonly owner: BareJid; readonly jid: Jid; readonly queryId: string | undefined },
): Stanza {
  const queryId = to.queryId === undefined ? '' : ` queryid='${escapeAttribute(to.queryId)}'`
  const forwarded = forwardedXml(stanza, delay(idToDate(id).getTime()))
  const xml = `<result xmlns='${NS.mam}'${queryId} id='${id}'>${forwarded}</result>`
  return new Stanza({
    name: 'message',
    from: to.owner,
    to: to.jid,
    payload: Buffer.from(xml),
    children: [RESULT],
  })
}

/** XEP-0313 §6: where an archive begins and ends. */
export function metadataElement(found: Extent | undefined): Element {
  const end = (name: 'start' | 'end', id: number) => el(name, { id, timestamp: idToDate(id).toISOString() })
  return el('metadata', { xmlns: NS.mam }, found && [end('start', found.first), end('end', found.last)])
}
