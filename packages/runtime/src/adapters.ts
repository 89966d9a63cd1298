import type { InstanceId, Links } from '@heliograph/bus'
import type { Database } from '@heliograph/database'
import type { LiveState } from '@heliograph/live-state'

/**
 * The outside of a process: the bus, live state and the database, as its mode has them. What it hands out by instance
 * belongs to that instance, which disposes of it; the adapters are disposed last.
 */
export interface Adapters extends AsyncDisposable {
  links(instance: InstanceId): Promise<Links>
  liveState(): LiveState
  /** A pool of the instance's own, since writes are fenced by instance. */
  database(instance: InstanceId): Promise<Database>
}
