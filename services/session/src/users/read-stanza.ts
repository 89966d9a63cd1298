import { NS, Stanza } from '@heliograph/stanza'
import { scopeOf } from '@heliograph/xml'

const CONTENT = scopeOf(NS.client)

/** A stanza that this service wrote to storage before. Throws when the bytes are no stanza. */
export function readStanza(bytes: Buffer): Stanza {
  const stanza = Stanza.parse(bytes, CONTENT)
  if (stanza === undefined) throw new Error('stored bytes are no stanza')
  return stanza
}
