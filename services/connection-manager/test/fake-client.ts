import { setImmediate as turn } from 'node:timers/promises'
import type { Transport, TransportKind } from '@heliograph/streams'
import { Connection } from '../src/connection.ts'
import type { Edge } from '../src/edge.ts'
import { DOMAIN, type EdgeFixture } from './edge-fixture.ts'

const OPEN = `<?xml version='1.0'?><stream:stream to='${DOMAIN}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`
const FRAMED_OPEN = `<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='${DOMAIN}' version='1.0'/>`

/** A client without a socket: what it says goes straight into the connection. */
export class FakeClient implements Transport {
  readonly tls = undefined
  readonly kind: TransportKind
  readonly connection: Connection
  readonly #edge: Edge
  #output = ''
  /** Each write that reached the socket. */
  writes = 0
  backlog = 0
  paused = false
  ended = false
  destroyed = false

  constructor(fixture: EdgeFixture, kind: TransportKind = 'tls', options = { secure: true, address: '127.0.0.1' }) {
    this.kind = kind
    this.#edge = fixture.running.edge
    this.connection = new Connection(this.#edge, { kind, ...options })
    this.connection.transport = this
  }

  /** Says something and returns what comes back in the same turn. */
  say(xml: string): string {
    this.connection.onData(Buffer.from(xml))
    return this.hear()
  }

  /** What has come since the last time. */
  hear(): string {
    this.#edge.flusher.flush()
    const output = this.#output
    this.#output = ''
    return output
  }

  /** Waits for what is answered in later turns. */
  async later(): Promise<string> {
    for (let i = 0; i < 10; i++) await turn()
    return this.hear()
  }

  open(from?: string): string {
    const header = this.kind === 'websocket' ? FRAMED_OPEN : OPEN
    return this.say(from === undefined ? header : header.replace(' to=', ` from='${from}' to=`))
  }

  async authenticate(username = 'juliet', password = 'r0m30myr0m30'): Promise<string> {
    this.open()
    const proof = Buffer.from(`\0${username}\0${password}`).toString('base64')
    this.say(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${proof}</auth>`)
    return this.later()
  }

  /** Logs in up to a bound resource. */
  async bind(resource = 'balcony'): Promise<this> {
    await this.authenticate()
    this.open()
    this.say(
      `<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`,
    )
    return this
  }

  // The transport.

  write(chunks: readonly Buffer[]): void {
    this.writes++
    this.#output += Buffer.concat(chunks).toString()
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  end(): void {
    this.ended = true
  }

  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    this.connection.onGone()
  }
}
