import { codecs, Envelope, Kind, Op, PLAIN_OPEN } from '@heliograph/bus'
import { type Mark, Marks } from '@heliograph/distribution'
import { ensureBare } from '@heliograph/jid'
import { NS, Stanza } from '@heliograph/stanza'
import { scopeOf } from '@heliograph/xml'
import type { ScriptedEdge } from './scripted-edge.ts'

const ORIGIN = { address: '127.0.0.1', secure: true, mechanism: 'SCRAM-SHA-256', transport: 'tcp' }
const CONTENT = scopeOf(NS.client)
const PATIENCE_MS = 15_000

/** A client and its connection at an edge: what the edge holds of it, and what it has heard. */
export class Client {
  readonly edge: ScriptedEdge
  readonly conn: number
  readonly user: string
  jid = ''
  /** Everything delivered, in order. */
  readonly heard: Stanza[] = []
  readonly ids: number[] = []
  /** Operations other than deliveries. */
  readonly told: Envelope[] = []
  /** Stream error that the owner closed the stream with. */
  closedWith: string | undefined
  stream = ''
  count = 0
  custody = 0
  smId: string | undefined
  smMax = 0
  base = 0
  acked = 0
  lastId = 0
  inactive = false
  /** Whether it acknowledges what it hears by itself. */
  acknowledges = true
  inFlight: Envelope[] = []
  copies: { stanza: Stanza; id: number; mark: Mark | undefined }[] = []
  /** Of rooms the last that was written to it. */
  marks = new Marks()
  #request: Envelope | undefined
  #lost = false
  #waiting: (() => void)[] = []
  #nextId = 0

  constructor(edge: ScriptedEdge, conn: number, user: string) {
    this.edge = edge
    this.conn = conn
    this.user = ensureBare(user)
  }

  /** Outbound count since stream management began. */
  get handled(): number {
    return this.acked + this.copies.length
  }

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

  async until(holds: () => boolean): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS
    const where = new Error('waited in vain')
    while (!holds()) {
      const left = deadline - performance.now()
      if (left <= 0) {
        const heard = this.heard.map(String).join('\n  ')
        throw Object.assign(where, { message: `${this.jid || this.user} waited in vain; heard:\n  ${heard}` })
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(left, 50))
        this.#waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
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
    this.#lost = true
    this.edge.clients.delete(this.conn)
  }

  ask(op: Op, body: Uint8Array): Promise<Envelope> {
    const envelope = new Envelope(op)
    envelope.body = body
    this.#request = envelope
    const before = this.told.length
    this.edge.tellOwner(this, envelope)
    return this.until(() => this.#request === undefined).then(() => this.told[before]!)
  }

  hear(envelope: Envelope): void {
    if (this.#lost) return
    if (envelope.op === Op.deliver) this.#deliver(envelope.stanza!, envelope.id, markOf(envelope))
    else if (envelope.op === Op.custody) this.#taken(envelope.count)
    else this.#control(envelope)
    this.#wake()
  }

  hearCopy(envelope: Envelope): void {
    if (this.#lost) return
    this.#deliver(envelope.stanza!.with({ to: this.jid as never }), envelope.id, markOf(envelope))
    this.#wake()
  }

  /** The owner changed: tells the new one what this edge holds. */
  announce(): void {
    if (this.jid === '') {
      if (this.#request) this.edge.tellOwner(this, again(this.#request))
      return
    }
    const envelope = new Envelope(Op.announce)
    envelope.body = codecs.announce.encode({
      ...ORIGIN,
      jid: this.jid,
      stream: this.stream,
      smId: this.smId ?? '',
      resume: this.smId !== undefined && this.smId !== '',
      max: this.smMax,
      base: this.base,
      custody: this.custody,
      acked: this.acked,
      unacked: this.copies.length,
      lastId: this.lastId,
      inactive: this.inactive,
    })
    envelope.recipients = this.marks.sources
    envelope.ids = this.marks.sequences
    this.edge.tellOwner(this, envelope)
    for (const { stanza, id, mark } of this.copies) {
      const copy = new Envelope(Op.unacked)
      copy.stanza = stanza
      copy.id = id
      copy.stream = mark?.source ?? ''
      copy.count = mark?.sequence ?? 0
      this.edge.tellOwner(this, copy)
    }
    for (const flight of this.inFlight) this.edge.tellOwner(this, again(flight))
  }

  /** Acknowledges everything heard (XEP-0198 §4). */
  acknowledge(): void {
    this.acked = this.handled
    this.copies = []
    const envelope = new Envelope(Op.ack)
    envelope.count = this.acked
    this.edge.tellOwner(this, envelope)
  }

  /** As an edge does with what comes for a connection that is gone, where there is no stream management. */
  giveBack(stanza: Stanza): void {
    const envelope = new Envelope(Op.returned)
    envelope.conn = this.conn
    envelope.stanza = stanza
    envelope.id = this.ids[this.heard.indexOf(stanza)] ?? 0
    this.edge.router.transfer(Kind.user, this.user, envelope, () => {})
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
    this.#lost = true
    const envelope = new Envelope(Op.closed)
    envelope.conn = this.conn
    envelope.body = codecs.closed.encode({ lost })
    // One with stream management is announced to new owners until one has heard that it is gone.
    if (this.smId === undefined) this.edge.clients.delete(this.conn)
    this.edge.router.transfer(Kind.user, this.user, envelope, () => this.edge.clients.delete(this.conn))
    return this
  }

  #deliver(stanza: Stanza, id: number, mark: Mark | undefined): void {
    if (mark) this.marks.advance(mark)
    this.heard.push(stanza)
    this.ids.push(id)
    this.lastId = Math.max(this.lastId, id)
    if (this.smId === undefined) return
    this.copies.push({ stanza, id, mark })
    if (this.acknowledges) this.acknowledge()
  }

  #taken(count: number): void {
    this.custody = Math.max(this.custody, count)
    this.inFlight = this.inFlight.filter(({ op, count: each }) => op === Op.enable || each > this.custody)
  }

  #control(envelope: Envelope): void {
    this.told.push(envelope)
    switch (envelope.op) {
      case Op.opened: {
        const { jid, stream } = codecs.opened.decode(envelope.body!)
        this.jid = jid
        this.stream = stream
        this.#request = undefined
        return
      }
      case Op.resumed: {
        const { jid, stream, previd, h, base, max } = codecs.resumed.decode(envelope.body!)
        const { h: acked } = codecs.resume.decode(this.#request!.body!)
        this.marks = Marks.from(envelope.recipients, envelope.ids)
        Object.assign(this, { jid, stream, smId: previd, smMax: max, base, acked, count: base + h, custody: base + h })
        this.#request = undefined
        return
      }
      case Op.enabled: {
        const { id, max } = codecs.enabled.decode(envelope.body!)
        this.smId = id
        this.smMax = max
        this.inFlight = this.inFlight.filter(({ op }) => op !== Op.enable)
        return
      }
      case Op.refused:
        this.#request = undefined
        return
      case Op.disconnect:
        this.closedWith = codecs.disconnect.decode(envelope.body!).condition
        this.#lost = true
        this.edge.clients.delete(this.conn)
    }
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }
}

function markOf({ stream: source, count: sequence }: Envelope): Mark | undefined {
  return source === '' ? undefined : { source, sequence }
}

/** An envelope that was given to the router is the router's. */
function again(envelope: Envelope): Envelope {
  return Object.assign(new Envelope(envelope.op), envelope)
}
