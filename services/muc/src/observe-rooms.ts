import type { Metrics } from '@heliograph/telemetry'
import type { MucContext } from './context.ts'
import type { Room } from './room.ts'

/** What waits, and what is in memory. */
export function observeRooms(context: MucContext, metrics: Metrics): void {
  const sum = (of: (room: Room) => number) => () => {
    let total = 0
    for (const room of context.rooms) total += of(room)
    return total
  }
  const gauge = (name: string, help: string, read: () => number) => metrics.gauge(`heliograph_muc_${name}`, help, read)
  gauge(
    'rooms',
    'Rooms in memory',
    sum(() => 1),
  )
  gauge(
    'occupants',
    'Occupants of rooms',
    sum(({ occupants }) => occupants.size),
  )
  gauge(
    'waiting',
    'Stanzas that wait in mailboxes of rooms',
    sum(({ mailbox }) => mailbox.depth),
  )
  gauge(
    'unsaid',
    'What rooms will say when something is stored',
    sum(({ out }) => out.length),
  )
  gauge('archive_waiting', 'Messages of rooms that wait to be stored', () => context.archive.queued)
  gauge(
    'carried_bytes',
    'Messages of rooms without an archive that are not in the recovery copy yet, or not everybody has taken',
    () => context.carrier.bytes,
  )
  gauge(
    'records_waiting',
    'Changes of the recovery copy of rooms that wait to be written',
    () => context.records.waiting,
  )
}
