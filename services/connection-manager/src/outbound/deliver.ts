import { Address, type Envelope } from '@heliograph/bus'
import type { Mark } from '@heliograph/distribution'
import type { Jid } from '@heliograph/jid'
import type { Splicer, Stanza } from '@heliograph/stanza'
import type { Connection } from '../connection.ts'
import type { Edge } from '../edge.ts'
import type { Session } from '../session/session.ts'
import { traceOf } from './trace.ts'

/** One stanza for one connection: its own `to` stands. */
export function deliverOne(connection: Connection, session: Session, envelope: Envelope): void {
  const stanza = envelope.stanza!
  const span = connection.edge.tracing.span('edge.out', traceOf(envelope))
  const bytes = stanza.toBytes(connection.stanzaNs)
  hand(connection, session, bytes, { stanza, id: envelope.id, to: undefined, mark: markOf(envelope) })
  span.end()
}

/**
 * One stanza for many connections: serialised once for each kind of stream, `to` put in for each. They may be of several partitions, all
 * held under this epoch: where one has been replaced nothing is written.
 */
export function deliver(edge: Edge, envelope: Envelope, conns: readonly number[]): void {
  const stanza = envelope.stanza!
  const span = edge.tracing.span('edge.out', traceOf(envelope))
  const { id, epoch, address } = envelope
  const mark = markOf(envelope)
  const splicers = new Splicers(stanza)
  for (let i = 0; i < conns.length; i++) {
    const connection = edge.connections.get(conns[i]!)
    const session = connection?.session
    if (connection === undefined || session === undefined) {
      edge.events.unknownConnection(envelope)
      continue
    }
    if (!edge.epochs.admits(connection.partition, epoch)) {
      edge.events.refusedEpoch(connection.partition, epoch)
      continue
    }
    const to = address === Address.bare ? session.bare : session.jid
    hand(connection, session, splicers.of(connection).bytesFor(to), { stanza, id, to, mark })
  }
  span.end()
}

/** What a room or node distributes says so. */
function markOf({ stream: source, count: sequence }: Envelope): Mark | undefined {
  return source === '' ? undefined : { source, sequence }
}

/** A stanza prepared for the two kinds of stream, each when first needed. */
class Splicers {
  readonly #stanza: Stanza
  #plain: Splicer | undefined
  #framed: Splicer | undefined

  constructor(stanza: Stanza) {
    this.#stanza = stanza
  }

  of({ stanzaNs }: Connection): Splicer {
    if (stanzaNs !== undefined) {
      this.#framed ??= this.#stanza.splicer(stanzaNs)
      return this.#framed
    }
    this.#plain ??= this.#stanza.splicer()
    return this.#plain
  }
}

function hand(
  connection: Connection,
  session: Session,
  bytes: Buffer,
  { stanza, id, to, mark }: { stanza: Stanza; id: number; to: Jid | undefined; mark: Mark | undefined },
): void {
  const { managed } = session
  if (managed !== undefined) managed.keep({ stanza, to, id, mark, bytes: bytes.length }, connection.edge.clock.now)
  if (id > session.lastId) session.lastId = id
  if (mark !== undefined) session.note(mark)
  const { events, taps } = connection.edge
  events.stanzasOut.add()
  if (taps.any) {
    const written = to === undefined ? stanza : stanza.with({ to })
    taps.see({ place: 'edge', direction: 'out', user: session.bare, jid: session.jid, stanza: written })
  }
  connection.write(bytes)
}
