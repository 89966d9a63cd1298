import type { Resource } from './resource.ts'
import type { User, Work } from './user.ts'

/** A client wants a session back that is still being recovered: it is answered when that is whole, or over. */
export function waitFor(resource: Resource, work: Work): void {
  forget(resource, work.from, work.envelope.conn)
  resource.waiting ??= []
  resource.waiting.push(work)
}

/** The session is whole, or is over. */
export function answerWaiting(user: User, resource: Resource): void {
  const waiting = resource.waiting ?? []
  resource.waiting = undefined
  for (const work of waiting) user.mailbox.push(work)
}

/** A connection on which a session was asked for is gone. */
export function forgetWaiting(user: User, edge: string, conn: number): void {
  for (const resource of user.resources) forget(resource, edge, conn)
}

function forget(resource: Resource, edge: string, conn: number): void {
  resource.waiting = resource.waiting?.filter(({ from, envelope }) => from !== edge || envelope.conn !== conn)
}
