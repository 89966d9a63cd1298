import { codecs, Envelope, Op } from '@heliograph/bus'
import type { ParsedElement } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { originOf } from '../session/origin.ts'
import { ask } from '../stream/binding.ts'
import { parseCount } from './count.ts'
import { managementFailed } from './failed.ts'

/** `<resume/>` (XEP-0198 §5): the owner of the user knows the session, wherever it was lost. */
export function beginResume(connection: Connection, { element }: ParsedElement): void {
  const h = parseCount(element.attrs.h)
  const { previd } = element.attrs
  if (h === undefined || previd === undefined || previd === '') {
    managementFailed(connection, 'bad-request')
    return
  }
  const envelope = new Envelope(Op.resume)
  envelope.body = codecs.resume.encode({ previd, h, ...originOf(connection) })
  ask(connection, envelope)
}
