import type { Connection } from './connection.ts'
import { readAgain } from './custody/shaped.ts'
import type { Edge } from './edge.ts'
import { ANSWER_WITHIN_MS, answerOverdue } from './management/answer.ts'
import { relieveWriting } from './outbound/relieve.ts'
import { tellAgain } from './owners/tell-closed.ts'
import { closeStream } from './stream/close.ts'

const EVERY_MS = 250
const TICKS_A_SECOND = 1000 / EVERY_MS
const UNANSWERED = { condition: 'remote-connection-failed', text: 'the session service does not answer' } as const

function expire(connection: Connection): void {
  try {
    connection.phase.expired(connection)
  } catch (error) {
    connection.fail(error)
  }
}

/** Something else that has things to do by the clock. */
export interface Swept {
  sweep(now: number): void
}

/**
 * The one timer of all connections: moves the coarse clock, answers overdue `<r/>`s and requests that have been held long enough, goes on with who was
 * slowed down, and once
 * a second looks at every deadline and bound.
 */
export class Sweep implements Disposable {
  readonly #edge: Edge
  readonly #web: Swept
  readonly #timer: NodeJS.Timeout
  #ticks = 0

  constructor(edge: Edge, web: Swept) {
    this.#edge = edge
    this.#web = web
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
    for (const connection of edge.shaped) readAgain(connection, now)
    tellAgain(edge)
    this.#web.sweep(now)
    this.#ticks++
    if (this.#ticks % TICKS_A_SECOND === 0) this.#deadlines(now)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #deadlines(now: number): void {
    const { config, connections } = this.#edge
    const { seconds } = config.requestEvery
    const unanswered = now - 2_000 * config.limits.handOverSeconds
    relieveWriting(this.#edge)
    this.#edge.gone.sweep(now)
    for (const connection of connections) {
      if (now >= connection.deadline) expire(connection)
      const enabling = connection.session?.enabling
      // Its custody waits behind it: without an answer the client would never be read again.
      if (enabling !== undefined && enabling.at < unanswered) closeStream(connection, UNANSWERED)
      const managed = connection.session?.managed
      if (managed === undefined || managed.stanzasUnasked === 0) continue
      if (now - managed.unaskedSince >= seconds * 1000) connection.schedule()
    }
  }
}
