import { codecs, Envelope, Kind, Op, PLAIN_OPEN } from '@heliograph/bus'
import { NS, Stanza } from '@heliograph/stanza'
import { scopeOf } from '@heliograph/xml'
import { HeldConnection, ORIGIN } from './held-connection.ts'

const CONTENT = scopeOf(NS.client)

/** A client: what it says, and what it has heard. */
export class Client extends HeldConnection {
  #nextId = 0

  async bind(resource = ''): Promise<this> {
    const answer = await this.ask(Op.open, codecs.open.encode({ ...PLAIN_OPEN, ...ORIGIN, resource }))
    if (answer.op === Op.refused) throw new Error(codecs.refused.decode(answer.body!).condition)
    return this
  }

  /** Binds, enables stream management and says initial presence. */
  async login(resource = '', presence = '<presence/>'): Promise<this> {
    await this.bind(resource)
    await this.enable()
    this.send(presence)
    await this.settled()
    return this
  }

  async enable(max = 0): Promise<this> {
    const envelope = new Envelope(Op.enable)
    envelope.body = codecs.enable.encode({ resume: true, max })
    this.base = this.count
    this.inFlight.push(envelope)
    this.edge.tellOwner(this, envelope)
    await this.until(() => this.smId !== undefined)
    return this
  }

  /** On a fresh connection: takes over what `lost` had, of which the client has handled `h` stanzas. */
  async resume(lost: Client, h = lost.handled): Promise<this> {
    const answer = await this.ask(Op.resume, codecs.resume.encode({ ...ORIGIN, previd: lost.smId!, h }))
    if (answer.op === Op.refused) {
      const { condition, h: handled } = codecs.refused.decode(answer.body!)
      throw Object.assign(new Error(condition), { handled })
    }
    // What the server has not taken, the client sends again (XEP-0198 §5).
    const { h: taken, base } = codecs.resumed.decode(answer.body!)
    for (const { stanza, count } of lost.inFlight) if (stanza && count > base + taken) this.#say(stanza)
    return this
  }

  /** Hands a stanza to the edge; resolves nothing: see `settled`. */
  send(xml: string): this {
    const parsed = Stanza.parse(Buffer.from(xml), CONTENT)
    if (!parsed) throw new Error(`no stanza: ${xml}`)
    this.#say(parsed.with({ from: this.jid as never }))
    return this
  }

  /** Sends an IQ and resolves with its answer. */
  async iq(type: 'get' | 'set', payload: string, to?: string): Promise<Stanza> {
    this.#nextId++
    const id = `iq-${this.conn}-${this.#nextId}`
    this.send(`<iq type='${type}' id='${id}'${to === undefined ? '' : ` to='${to}'`}>${payload}</iq>`)
    return this.next((stanza) => stanza.name === 'iq' && stanza.id === id && stanza.type !== type)
  }

  /** Everything sent so far is in the owner's custody. */
  settled(): Promise<void> {
    return this.until(() => this.custody >= this.count)
  }

  /** The first stanza heard, from now or before, that fits; it is taken out of `heard`. */
  async next(fits: (stanza: Stanza) => boolean): Promise<Stanza> {
    let found: Stanza | undefined
    await this.until(() => {
      const index = this.heard.findIndex(fits)
      if (index >= 0) found = this.heard.splice(index, 1)[0]
      return found !== undefined
    })
    return found!
  }

  message(body: string): Promise<Stanza> {
    return this.next((stanza) => stanza.name === 'message' && stanza.childText('body', NS.client) === body)
  }

  presence(from: string, type?: string): Promise<Stanza> {
    return this.next((stanza) => stanza.name === 'presence' && stanza.from === from && stanza.type === type)
  }

  /** Bodies of the messages heard so far. */
  get bodies(): string[] {
    return this.heard.filter(({ hasBody }) => hasBody).map((stanza) => stanza.childText('body', NS.client)!)
  }

  /** Says whether it is active (XEP-0352). */
  setInactive(inactive: boolean): void {
    this.inactive = inactive
    this.edge.tellOwner(this, new Envelope(inactive ? Op.inactive : Op.active))
  }

  /** The connection is lost; the session may be resumed. */
  lose(): this {
    return this.#close(true)
  }

  /** Closes the stream in order. */
  close(): this {
    return this.#close(false)
  }

  /** Its edge died: nobody is told. */
  cut(): void {
    this.isLost = true
    this.edge.clients.delete(this.conn)
  }

  ask(op: Op, body: Uint8Array): Promise<Envelope> {
    const envelope = new Envelope(op)
    envelope.body = body
    this.request = envelope
    const before = this.told.length
    this.edge.tellOwner(this, envelope)
    return this.until(() => this.request === undefined).then(() => this.told[before]!)
  }

  #say(stanza: Stanza): void {
    this.count++
    const envelope = new Envelope(Op.stanza)
    envelope.stream = this.stream
    envelope.count = this.count
    envelope.stanza = stanza
    this.inFlight.push(envelope)
    this.edge.tellOwner(this, envelope)
  }

  #close(lost: boolean): this {
    this.isLost = true
    const envelope = new Envelope(Op.closed)
    envelope.conn = this.conn
    envelope.body = codecs.closed.encode({ lost })
    // One with stream management is announced to new owners until one has heard that it is gone.
    if (this.smId === undefined) this.edge.clients.delete(this.conn)
    this.edge.router.transfer(Kind.user, this.user, envelope, () => this.edge.clients.delete(this.conn))
    return this
  }
}
