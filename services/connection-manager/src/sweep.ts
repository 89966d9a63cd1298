import type { Connection } from './connection.ts'
import type { Edge } from './edge.ts'
import { ANSWER_WITHIN_MS, answerOverdue } from './management/answer.ts'

const EVERY_MS = 250
const TICKS_A_SECOND = 1000 / EVERY_MS

function expire(connection: Connection): void {
  try {
    connection.phase.expired(connection)
  } catch (error) {
    connection.fail(error)
  }
}

/** The one timer of all connections: moves the coarse clock, answers overdue `<r/>`s, and once a second looks at every deadline. */
export class Sweep implements Disposable {
  readonly #edge: Edge
  readonly #timer: NodeJS.Timeout
  #ticks = 0

  constructor(edge: Edge) {
    this.#edge = edge
    this.#timer = setInterval(() => this.tick(), EVERY_MS)
    this.#timer.unref()
  }

  tick(): void {
    const edge = this.#edge
    const now = edge.clock.tick()
    for (const connection of edge.answers) {
      const { session } = connection
      const managed = session?.managed
      if (session === undefined || managed === undefined) edge.answers.delete(connection)
      else if (now - managed.answerSince >= ANSWER_WITHIN_MS) answerOverdue(connection, session, managed)
    }
    this.#ticks++
    if (this.#ticks % TICKS_A_SECOND === 0) this.#deadlines(now)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #deadlines(now: number): void {
    const { seconds } = this.#edge.config.requestEvery
    for (const connection of this.#edge.connections) {
      if (now >= connection.deadline) expire(connection)
      const managed = connection.session?.managed
      if (managed === undefined || managed.stanzasUnasked === 0) continue
      if (now - managed.unaskedSince >= seconds * 1000) connection.schedule()
    }
  }
}
