import { domainOf, type Jid, trusted } from '@heliograph/jid'
import { delay } from '@heliograph/stanza'
import type { Entry } from './entry.ts'

/** What goes to the other server. Who gets what waited in the database is told since when (XEP-0203). */
export function asWritten({ stanza, seq, share }: Entry): Buffer {
  if (seq === 0 || share > 0 || stanza.name !== 'message') return stanza.toBytes()
  const local = domainOf(trusted<Jid>(stanza.from!)) as Jid
  return stanza.append(delay(Math.floor(seq / 1_000), local)).toBytes()
}
