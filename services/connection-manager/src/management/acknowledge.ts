import { el, NS } from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { closeStream } from '../stream/close.ts'
import { parseCount } from './count.ts'
import type { Managed } from './managed.ts'

/** `<a/>`: the client has handled what it was sent, up to `h` (XEP-0198 §4). */
export function acknowledge(connection: Connection, managed: Managed, { element }: ParsedElement): void {
  const h = parseCount(element.attrs.h)
  if (h === undefined) {
    closeStream(connection, { condition: 'invalid-xml', text: 'an <a/> needs a count h' })
    return
  }
  if (managed.acknowledge(h)) {
    if (managed.untold) connection.schedule()
    return
  }
  // XEP-0198 §6
  closeStream(connection, {
    condition: 'undefined-condition',
    text: `acknowledged ${h} stanzas, but was sent ${managed.sent}`,
    application: el('handled-count-too-high', { xmlns: NS.streamManagement, h, 'send-count': managed.sent }),
  })
}
