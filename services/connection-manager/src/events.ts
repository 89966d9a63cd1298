import type { Envelope } from '@heliograph/bus'
import type { SaslCondition } from '@heliograph/sasl'
import type { StreamError } from '@heliograph/stanza'
import type { TransportKind } from '@heliograph/streams'
import { type Counter, type Histogram, type Logger, type Metrics, secondsBuckets } from '@heliograph/telemetry'
import type { TerminalCondition } from './bosh/conditions.ts'
import type { Connection } from './connection.ts'
import type { Edge } from './edge.ts'
import type { RejectReason } from './listeners/reception.ts'
import type { SessionKind } from './web/peers.ts'

const PREFIX = 'heliograph_edge'
const TRANSPORTS: readonly TransportKind[] = ['tcp', 'tls', 'websocket', 'bosh', 'polling']

/** What happens at an edge that somebody may want to know of. */
export class EdgeEvents {
  readonly stanzasIn: Counter
  readonly stanzasOut: Counter
  readonly bytesIn: Counter
  readonly bytesOut: Counter
  /** From sending a stanza to its owner until that has custody of it. */
  readonly custodyWait: Histogram
  readonly #log: Logger
  readonly #metrics: Metrics
  /** Those of events that are counted by what they were about, each found once in the registry. */
  readonly #counters = new Map<string, Counter>()
  readonly #open: Record<TransportKind, number> = {
    tcp: 0,
    tls: 0,
    websocket: 0,
    bosh: 0,
    polling: 0,
  }
  #bound = 0

  constructor(log: Logger, metrics: Metrics) {
    this.#log = log
    this.#metrics = metrics
    const stanzas = (direction: string) =>
      metrics.counter(`${PREFIX}_stanzas_total`, 'Stanzas of bound clients.', { direction })
    const bytes = (direction: string) => metrics.counter(`${PREFIX}_bytes_total`, 'Bytes of streams.', { direction })
    this.stanzasIn = stanzas('in')
    this.stanzasOut = stanzas('out')
    this.bytesIn = bytes('in')
    this.bytesOut = bytes('out')
    this.custodyWait = metrics.histogram(
      `${PREFIX}_custody_wait_seconds`,
      'From a stanza to its custody.',
      secondsBuckets,
    )
    for (const transport of TRANSPORTS) {
      const read = () => this.#open[transport]
      metrics.gauge(`${PREFIX}_connections`, 'Open connections.', read, { transport })
    }
    metrics.gauge(`${PREFIX}_bound`, 'Connections with a bound resource.', () => this.#bound)
  }

  /** What waits, counted when somebody looks. */
  observe({
    connections,
    crowd,
    shaped,
    departed,
    uploads,
  }: Pick<Edge, 'connections' | 'crowd' | 'shaped' | 'departed' | 'uploads'>): void {
    const sum = (of: (connection: Connection) => number) => {
      let total = 0
      for (const connection of connections) total += of(connection)
      return total
    }
    const writing = () => sum(({ transport }) => transport?.backlog ?? 0)
    const inFlight = () => sum(({ session }) => session?.inFlight.length ?? 0)
    const unacknowledged = () => sum(({ session }) => session?.managed?.copies.length ?? 0)
    this.#metrics.gauge(`${PREFIX}_file_transfers`, 'Uploads and downloads under way.', () => uploads?.transfers ?? 0)
    this.#metrics.gauge(`${PREFIX}_write_queue_bytes`, 'Bytes written that the network has not taken.', writing)
    this.#metrics.gauge(`${PREFIX}_in_flight_stanzas`, 'Stanzas of clients that are not in custody.', inFlight)
    this.#metrics.gauge(`${PREFIX}_in_flight_bytes`, 'Bytes of those stanzas.', () => crowd.bytes)
    this.#metrics.gauge(
      `${PREFIX}_shaped`,
      'Connections that are not read because their user sends too much.',
      () => shaped.size,
    )
    this.#metrics.gauge(
      `${PREFIX}_untold_closings`,
      'Connections that are gone, of which their owner has not heard yet.',
      () => departed.untold,
    )
    this.#metrics.gauge(
      `${PREFIX}_unacknowledged_stanzas`,
      'Stanzas that clients have not acknowledged.',
      unacknowledged,
    )
  }

  connected({ kind }: Connection): void {
    this.#open[kind]++
    this.#count('accepted_total', 'Connections accepted.', { transport: kind })
  }

  disconnected({ kind }: Connection): void {
    this.#open[kind]--
  }

  /** Not taken: too many, from that address or in all, or not what its listener is for. */
  rejected(reason: RejectReason): void {
    this.#count('rejected_total', 'Connections rejected.', { reason })
  }

  tlsStarted(connection: Connection): void {
    this.#count('tls_total', 'Connections that started TLS within the stream.')
    this.#debug('tls_started', connection)
  }

  authenticated(connection: Connection): void {
    this.#count('authentications_total', 'Authentications that succeeded.', { mechanism: connection.mechanism })
  }

  authenticationFailed(connection: Connection, condition: SaslCondition): void {
    this.#count('authentication_failures_total', 'Authentications that failed.', { condition })
    this.#log.info('authentication_failed', { conn: connection.number, address: connection.address, condition })
  }

  /** A client made keys of its password that its account lacked. */
  upgraded(hash: string): void {
    this.#count('credential_upgrades_total', 'Accounts that got keys for another hash.', { hash })
  }

  tokenIssued(mechanism: string): void {
    this.#count('tokens_issued_total', 'Tokens issued to clients that authenticated.', { mechanism })
  }

  registered({ address, domain }: Connection): void {
    this.#count('registrations_total', 'Accounts created in-band.')
    this.#log.info('account_registered', { address, domain })
  }

  bound(connection: Connection): void {
    this.#bound++
    this.#debug('bound', connection)
  }

  unbound(): void {
    this.#bound--
  }

  resumed(): void {
    this.#count('resumes_total', 'Sessions resumed.', { outcome: 'resumed' })
  }

  resumeFailed(): void {
    this.#count('resumes_total', 'Sessions resumed.', { outcome: 'failed' })
  }

  /** Reading stopped because too much is not in custody. */
  stalled(): void {
    this.#count('stalls_total', 'Times that a client was not read because its stanzas were not in custody.')
  }

  slowReader(connection: Connection): void {
    this.#count('slow_readers_total', 'Connections closed because the client did not read.')
    this.#log.info('slow_reader', { conn: connection.number, jid: connection.session?.jid })
  }

  streamError(connection: Connection, { condition }: StreamError): void {
    this.#count('stream_errors_total', 'Streams closed with an error.', { condition })
    this.#debug('stream_error', connection, condition)
  }

  /** Something was thrown that nobody foresaw. */
  failed({ number, session, phase }: Connection, error: unknown): void {
    this.#count('failures_total', 'Streams closed because of a fault of the server.')
    this.#log.error('stream_failed', { conn: number, jid: session?.jid, phase: phase.name, error })
  }

  /** An owner that was replaced still speaks. */
  refusedEpoch(partition: number, epoch: number): void {
    this.#count('refused_epochs_total', 'Envelopes of owners that were replaced.')
    this.#log.info('refused_epoch', { partition, epoch })
  }

  unknownConnection({ conn, op }: Envelope): void {
    this.#count('unknown_connections_total', 'Envelopes for connections that are gone.')
    if (this.#log.enabled('debug')) this.#log.debug('unknown_connection', { conn, op })
  }

  /** A request of a client over HTTP, other than a WebSocket. */
  webRequest(kind: SessionKind): void {
    this.#count('web_requests_total', 'Requests for sessions over HTTP.', { kind })
  }

  /** A request for a file has ended; 0 where nothing could be answered. */
  fileRequest(method: string, status: number): void {
    this.#count('file_requests_total', 'Requests for uploaded files, by their answer.', {
      method,
      status: String(status),
    })
  }

  /** Something was thrown that nobody foresaw. */
  webFailed(error: unknown): void {
    this.#count('web_failures_total', 'Requests over HTTP not answered because of a fault of the server.')
    this.#log.error('web_request_failed', { error })
  }

  /** A request for a session that another edge holds. */
  relayed(): void {
    this.#count('web_relayed_total', 'Requests relayed to the edge that holds their session.')
  }

  /** That edge is there, and didn't answer. */
  relayFailed(error: unknown): void {
    this.#count('web_relay_failures_total', 'Relayed requests that were not answered.')
    this.#log.info('relay_failed', { error })
  }

  /** `none` when it was closed in an orderly way. */
  boshEnded(condition: TerminalCondition | 'none'): void {
    this.#count('bosh_ended_total', 'BOSH sessions ended with a condition.', { condition })
  }

  #count(name: string, help: string, labels: Record<string, string> = {}): void {
    const key = [name, ...Object.values(labels)].join(' ')
    let counter = this.#counters.get(key)
    if (counter === undefined) {
      counter = this.#metrics.counter(`${PREFIX}_${name}`, help, labels)
      this.#counters.set(key, counter)
    }
    counter.add()
  }

  #debug(event: string, connection: Connection, condition?: string): void {
    if (!this.#log.enabled('debug')) return
    this.#log.debug(event, { conn: connection.number, jid: connection.session?.jid, condition })
  }
}
