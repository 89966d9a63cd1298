import type { IngressId, Session } from '../occupant.ts'

/** The client has sent this presence: it is known if it comes again, to the room's next owner, too. */
export function note(session: Session, { stream, count }: IngressId): void {
  if (stream === '') return
  session.stream = stream
  session.count = count
}
