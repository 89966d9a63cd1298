import type { Envelope } from '@heliograph/bus'
import type { BareJid } from '@heliograph/jid'
import type { Connection } from '../connection.ts'
import type { Session } from '../session/session.ts'

/** News of a connection that is gone, for the owner of its user. */
export interface Closing {
  readonly key: BareJid
  readonly envelope: Envelope
  /** The owner takes it, and what the connection held may go. */
  readonly taken: () => void
}

const MOST_UNTOLD = 65_536

/**
 * Connections that are gone, until the owner of their user has taken the news. An owner that comes new meanwhile is told what they held,
 * too: what their clients have not acknowledged is nowhere else.
 */
export class Departed {
  readonly #byPartition = new Map<number, Map<Connection, Session>>()
  readonly #most: number
  #untold: Closing[] = []

  constructor(most = MOST_UNTOLD) {
    this.#most = most
  }

  add(partition: number, connection: Connection, session: Session): void {
    let departed = this.#byPartition.get(partition)
    if (departed === undefined) {
      departed = new Map()
      this.#byPartition.set(partition, departed)
    }
    departed.set(connection, session)
  }

  delete(partition: number, connection: Connection): void {
    const departed = this.#byPartition.get(partition)
    departed?.delete(connection)
    if (departed?.size === 0) this.#byPartition.delete(partition)
  }

  inPartition(partition: number): Iterable<[Connection, Session]> {
    return this.#byPartition.get(partition) ?? []
  }

  /** News that could not be brought to any owner and are to be told again. */
  get untold(): number {
    return this.#untold.length
  }

  /** False when the oldest had to give way: its session stays until somebody binds its resource, or its queue is full. */
  putBack(closing: Closing): boolean {
    this.#untold.push(closing)
    if (this.#untold.length <= this.#most) return true
    this.#untold.shift()?.taken()
    return false
  }

  takeUntold(most: number): Closing[] {
    return this.#untold.splice(0, most)
  }
}
