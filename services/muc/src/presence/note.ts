import type { Arrived } from '../arrived.ts'
import type { Session } from '../occupant.ts'

/** The client has sent this: it is known if it comes again. */
export function note(session: Session, { stream, count }: Pick<Arrived, 'stream' | 'count'>): void {
  if (stream === '') return
  session.stream = stream
  session.count = count
}
