import type { Metrics } from '@heliograph/telemetry'
import type { SessionContext } from './context.ts'
import type { User } from './users/user.ts'

type Queue = (user: User) => number

const ofResources = (count: (resource: User['resources'][number]) => number): Queue => {
  return ({ resources }) => resources.reduce((sum, resource) => sum + count(resource), 0)
}

/** What waits for or in each user, counted when somebody looks: nothing of it costs a stanza anything. */
const QUEUES: Readonly<Record<string, Queue>> = {
  mailbox: ({ mailbox }) => mailbox.depth,
  chores: ({ chores }) => chores.depth,
  commit: ({ afterCommit }) => afterCommit.length,
  held: ofResources(({ held }) => held?.length ?? 0),
  inactive: ofResources(({ quiet }) => quiet?.length ?? 0),
  unacknowledged: ofResources(({ managed }) => managed?.unacked.length ?? 0),
}

/** Declares the gauges of everything in this service that can be waited in. */
export function observeQueues(context: SessionContext, metrics: Metrics): void {
  const gauge = (name: string, help: string, read: () => number, labels?: Record<string, string>) =>
    metrics.gauge(`heliograph_session_${name}`, help, read, labels)
  const sum = (of: Queue) => () => {
    let total = 0
    for (const user of context.users) total += of(user)
    return total
  }
  gauge('users', 'Users in memory', () => context.users.count)
  gauge('listed', 'Addresses and domains on real-time block lists', () => context.listed.size)
  gauge('archive_queued', 'Messages that wait for their commit', () => context.archive.queued)
  gauge('outstanding', 'Stanzas that no owner has taken yet', () => context.router.outstanding)
  gauge('delegated', 'Requests that components have not answered yet', () => context.delegated.waiting)
  gauge('loads_waiting', 'Users that wait to be loaded', () => context.loads.waiting)
  gauge('records_waiting', 'Changes of the recovery copy that wait to be written', () => context.records.waiting)
  gauge('early', 'Parcels for sessions that edges may still announce', () => context.early.length)
  for (const [queue, of] of Object.entries(QUEUES)) gauge('queued', 'What waits for users', sum(of), { queue })
  const bytes = ofResources(
    ({ managed, held, heldBytes, quiet }) =>
      (managed?.unacked.bytes ?? 0) + (held ? heldBytes : 0) + (quiet?.bytes ?? 0),
  )
  gauge('queued_bytes', 'Stanzas kept for sessions that have not acknowledged them or cannot be reached', sum(bytes))
}
