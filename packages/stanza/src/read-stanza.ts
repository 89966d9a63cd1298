import { scopeOf } from '@heliograph/xml'
import { NS } from './ns.ts'
import { Stanza } from './stanza.ts'

const CONTENT = scopeOf(NS.client)

/** A stanza that we wrote to storage before. Throws when the bytes are no stanza. */
export function readStanza(bytes: Buffer): Stanza {
  const stanza = Stanza.parse(bytes, CONTENT)
  if (stanza === undefined) throw new Error('stored bytes are no stanza')
  return stanza
}
