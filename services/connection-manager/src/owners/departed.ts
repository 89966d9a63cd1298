import type { Connection } from '../connection.ts'
import type { Session } from '../session/session.ts'

/**
 * Connections that are gone, until the owner of their user has taken the news. An owner that comes new meanwhile is told what they held,
 * too: what their clients have not acknowledged is nowhere else.
 */
export class Departed {
  readonly #byPartition = new Map<number, Map<Connection, Session>>()

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
}
