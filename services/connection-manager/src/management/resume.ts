import { codecs, Envelope, Op } from '@heliograph/bus'
import type { Element } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { originOf } from '../session/origin.ts'
import { ask } from '../stream/binding.ts'
import { parseCount } from './count.ts'

/**
 * `<resume/>` (XEP-0198 §5): the owner of the user knows the session, wherever it was lost.
 * @returns false when it isn't a proper request: nobody was asked
 */
export function askToResume(connection: Connection, { attrs }: Element): boolean {
  const h = parseCount(attrs.h)
  const { previd } = attrs
  if (h === undefined || previd === undefined || previd === '') return false
  const envelope = new Envelope(Op.resume)
  envelope.body = codecs.resume.encode({ previd, h, ...originOf(connection) })
  ask(connection, envelope)
  return true
}
