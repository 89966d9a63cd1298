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
    const settle = (isTaken: boolean) => {
      if (isTaken) router.receipt(from, transfer)
      else router.strays(from, transfer, recipients)
    }
    if (stanza?.to === undefined) return settle(false)
    const said = stream === '' ? undefined : this.#repetitions.of(stream, stanza.to)
    if (said?.has(count)) {
      events.repeated.add()
      // It may still be under way, also to another stream than the one that is chosen by now.
      said.again(count, settle)
      return
    }
    const held = this.#streams.get(conn)
    if (held === undefined || held.domain !== recipients[0] || said?.isBusyElsewhere(conn)) return settle(false)
    const span = hop(tracing, 'component.out', trace)
    held.deliver(stanza, said ? said.given(count, conn, settle) : settle)
    span.end()
  }
}
