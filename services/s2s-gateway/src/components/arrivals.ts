import type { Envelope, InstanceId } from '@heliograph/bus'
import { hop } from '@heliograph/telemetry'
import type { ComponentsContext } from './context.ts'
import { Repetitions } from './repetitions.ts'
import type { Streams } from './streams.ts'

/** Stanzas for components whose streams are held here, from the owners of their pairs. */
export class Arrivals {
  readonly #context: ComponentsContext
  readonly #streams: Streams
  readonly #repetitions = new Repetitions()

  constructor(context: ComponentsContext, streams: Streams) {
    this.#context = context
    this.#streams = streams
  }

  /** Taken when the system has the bytes; what can't be written goes back. */
  receive({ conn, stanza, stream, count, trace, transfer, recipients = [] }: Envelope, from: InstanceId): void {
    const { router, tracing, events } = this.#context
    const held = this.#streams.get(conn)
    if (held === undefined || stanza?.to === undefined || held.domain !== recipients[0]) {
      router.strays(from, transfer, recipients)
      return
    }
    const { to } = stanza
    const returned = () => {
      if (stream !== '') this.#repetitions.forget(stream, to)
      router.strays(from, transfer, recipients)
    }
    const settle = (isWritten: boolean) => (isWritten ? router.receipt(from, transfer) : returned())
    const span = hop(tracing, 'component.out', trace)
    if (stream !== '' && this.#repetitions.seen(stream, count, to)) {
      events.repeated.add()
      // It may still be under way: it is taken when that is.
      held.afterWritten(settle)
    } else held.deliver(stanza, settle)
    span.end()
  }
}
