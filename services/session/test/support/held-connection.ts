import { codecs, Envelope, Kind, Op } from '@heliograph/bus'
import { type Mark, Marks } from '@heliograph/distribution'
import { ensureBare } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'
import type { ScriptedEdge } from './scripted-edge.ts'

/** Of a client's connection, what is the same at every client. */
export const ORIGIN = { address: '127.0.0.1', secure: true, mechanism: 'SCRAM-SHA-256', transport: 'tcp' }
const PATIENCE_MS = 15_000

/** What an edge holds of a client, and says of it to its owner. */
export class HeldConnection {
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
  protected request: Envelope | undefined
  protected isLost = false
  #waiting: (() => void)[] = []

  constructor(edge: ScriptedEdge, conn: number, user: string) {
    this.edge = edge
    this.conn = conn
    this.user = ensureBare(user)
  }

  /** Outbound count since stream management began. */
  get handled(): number {
    return this.acked + this.copies.length
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

  hear(envelope: Envelope): void {
    if (this.isLost) return
    if (envelope.op === Op.deliver) this.#deliver(envelope.stanza!, envelope.id, markOf(envelope))
    else if (envelope.op === Op.custody) this.#taken(envelope.count)
    else this.#control(envelope)
    this.#wake()
  }

  hearCopy(envelope: Envelope): void {
    if (this.isLost) return
    this.#deliver(envelope.stanza!.with({ to: this.jid as never }), envelope.id, markOf(envelope))
    this.#wake()
  }

  /** The owner changed: tells the new one what this edge holds. */
  announce(): void {
    if (this.jid === '') {
      if (this.request) this.edge.tellOwner(this, again(this.request))
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
        this.request = undefined
        return
      }
      case Op.resumed: {
        const { jid, stream, previd, h, base, max } = codecs.resumed.decode(envelope.body!)
        const { h: acked } = codecs.resume.decode(this.request!.body!)
        this.marks = Marks.from(envelope.recipients, envelope.ids)
        Object.assign(this, { jid, stream, smId: previd, smMax: max, base, acked, count: base + h, custody: base + h })
        this.request = undefined
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
        this.request = undefined
        return
      case Op.disconnect:
        this.closedWith = codecs.disconnect.decode(envelope.body!).condition
        this.isLost = true
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
