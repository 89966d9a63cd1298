import { randomInt } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { Op } from '@heliograph/bus'
import { Stanza } from '@heliograph/stanza'
import { Bosh } from '../src/bosh/bosh.ts'
import { AddressLimit } from '../src/listeners/address-limit.ts'
import { Exchange, type WebReply } from '../src/web/exchange.ts'
import { nobody, type Peers } from '../src/web/peers.ts'
import { DOMAIN, type EdgeFixture } from './edge-fixture.ts'

const BODY = `<body xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh'`

export type Attributes = Readonly<Record<string, string | number | undefined>>

/** A request on its way. */
export interface Request {
  readonly exchange: Exchange
  /** The response's body, '' while there is none. */
  readonly answer: () => string
  readonly reply: () => WebReply | undefined
}

/** A message that a client sends. */
export const message = (id: string): string =>
  `<message xmlns='jabber:client' to='romeo@montague.example' id='${id}'><body>x</body></message>`

/** The owner sends a message to the client that was bound last. */
export function deliverTo({ owner }: EdgeFixture, id: string): void {
  const opened = owner.heardOps(Op.open).at(-1)!
  owner.say(opened, Op.deliver, (envelope) => {
    envelope.stanza = new Stanza({ name: 'message', id, payload: Buffer.from('<body>ü</body>') })
  })
}

/** A client of BOSH without HTTP: its requests go straight to the edge's sessions. */
export class BoshRequests {
  readonly bosh: Bosh
  readonly #fixture: EdgeFixture
  rid = randomInt(1, 2 ** 40)
  sid = ''
  secure = true
  address = '127.0.0.1'

  constructor(fixture: EdgeFixture, options: { peers?: Peers; bosh?: Bosh; limit?: number } = {}) {
    this.#fixture = fixture
    const limit = new AddressLimit(() => options.limit ?? 100)
    this.bosh = options.bosh ?? new Bosh(fixture.running.edge, { limit, peers: options.peers ?? nobody })
  }

  /** Sends bytes as they are. */
  raw(body: string | Buffer, relayed = false): Request {
    let reply: WebReply | undefined
    const request = { body: Buffer.from(body), address: this.address, secure: this.secure }
    const exchange = new Exchange(request, (given) => {
      reply = given
    })
    this.bosh.take(exchange, { relayed })
    return { exchange, reply: () => reply, answer: () => reply?.body.toString() ?? '' }
  }

  /** A request with the next rid, unless the attributes say another. */
  post(attributes: Attributes = {}, payload = ''): Request {
    if (!('rid' in attributes)) this.rid++
    return this.raw(this.body({ rid: this.rid, sid: this.sid, ...attributes }, payload))
  }

  body(attributes: Attributes, payload = ''): string {
    const written = Object.entries(attributes)
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value]) => ` ${name}='${value}'`)
    return `${BODY}${written.join('')}>${payload}</body>`
  }

  /** Creates a session and returns what it was answered. */
  async create(attributes: Attributes = {}): Promise<string> {
    this.sid = ''
    const given = { to: DOMAIN, ver: '1.11', hold: 1, wait: 60, 'xmpp:version': '1.0' }
    const request = this.post({ ...given, ...attributes })
    await this.turns()
    this.sid = /sid='([^']+)'/.exec(request.answer())?.[1] ?? ''
    return request.answer()
  }

  /** Sends something and returns what has been answered after some turns. */
  async ask(attributes: Attributes = {}, payload = ''): Promise<string> {
    const request = this.post(attributes, payload)
    await this.turns()
    return request.answer()
  }

  /** Creates a session and logs in up to a bound resource. */
  async bind(attributes: Attributes = {}, resource = 'balcony'): Promise<this> {
    await this.create(attributes)
    const proof = Buffer.from('\0juliet\0r0m30myr0m30').toString('base64')
    await this.ask({}, `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${proof}</auth>`)
    await this.ask({ 'xmpp:restart': 'true', to: DOMAIN })
    const bind = `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind>`
    await this.ask({}, `<iq xmlns='jabber:client' type='set' id='b'>${bind}</iq>`)
    return this
  }

  /** Lets what happens in later turns happen. */
  async turns(): Promise<void> {
    for (let i = 0; i < 12; i++) await turn()
  }

  /** Moves the edge's clock, and does what is due. */
  advance(ms: number): void {
    for (let left = ms; left > 0; left -= 250) {
      this.#fixture.advance(Math.min(250, left))
      this.bosh.sweep(this.#fixture.running.edge.clock.now)
    }
  }
}
