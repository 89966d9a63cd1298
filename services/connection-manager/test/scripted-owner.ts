import { codecs, Envelope, Kind, Op } from '@heliograph/bus'
import { type Outcome, partitionOf, type Router, type Serve } from '@heliograph/ownership'

/** Stands in for the router and the owner behind it: notes what an edge says, answers as an owner would, or not. */
export class ScriptedOwner implements Router {
  /** Everything the edge has sent, in order. */
  readonly heard: Envelope[] = []
  /** Answers `open`, `enable` and `resume` by itself. */
  answers = true
  /** Takes custody of each stanza at once. */
  takesCustody = true
  /** Takes the news that a connection is gone. */
  takesClosed = true
  /** Condition with which `open` is refused. */
  refuses: string | undefined = undefined
  /** What becomes of that news otherwise; undefined: nothing yet. */
  closedOutcome: Outcome | undefined = undefined
  epoch = 1
  /** What `resume` finds: undefined refuses. */
  resumable: { jid: string; h: number; base: number } | undefined = undefined
  readonly outstanding = 0
  #edge: Serve = () => {}
  #onRoute: (partition: number, owner: { instance: string; epoch: number }) => void = () => {}

  send(kind: Kind, key: string, envelope: Envelope): void {
    envelope.kind = kind
    envelope.key = key
    envelope.partition = partitionOf(key)
    this.heard.push(envelope)
    if (this.answers) this.#answer(envelope)
  }

  serveInstance(handler: Serve): void {
    this.#edge = handler
  }

  onRoute(_kind: Kind, handler: (partition: number, owner: { instance: string; epoch: number }) => void): void {
    this.#onRoute = handler
  }

  /** Another owner takes the partition over. */
  takeOver(partition: number): void {
    this.epoch++
    this.heard.length = 0
    this.#onRoute(partition, { instance: 'session-other', epoch: this.epoch })
  }

  heardOps(op: Op): Envelope[] {
    return this.heard.filter((envelope) => envelope.op === op)
  }

  /** Says something to the edge in the name of the owner of `to`. */
  say(to: Pick<Envelope, 'partition' | 'conn'>, op: Op, fill: (envelope: Envelope) => void = () => {}): void {
    const envelope = new Envelope(op)
    envelope.emitterKind = Kind.user
    envelope.emitterPartition = to.partition
    envelope.epoch = this.epoch
    envelope.conn = to.conn
    fill(envelope)
    this.#edge(envelope, 'session-test')
  }

  custody(to: Envelope, count: number): void {
    this.say(to, Op.custody, (envelope) => {
      envelope.count = count
    })
  }

  #answer(asked: Envelope): void {
    const reply = (op: Op, body: Uint8Array) =>
      this.say(asked, op, (envelope) => {
        envelope.body = body
      })
    if (asked.op === Op.open) {
      const { resource, manage, resume, fetches } = codecs.open.decode(asked.body!)
      const jid = `${asked.key}/${resource || 'made'}`
      const management = { managed: manage, smId: manage && resume ? 'sm-1' : '', max: 300 }
      const archive = { extent: fetches, firstMessage: 1_000_000, lastMessage: 2_000_000 }
      const opened = { jid, stream: `stream-${asked.conn}`, lastId: 0, ...management, ...archive }
      if (this.refuses === undefined) reply(Op.opened, codecs.opened.encode(opened))
      else reply(Op.refused, codecs.refused.encode({ condition: this.refuses, text: '', h: -1 }))
    } else if (asked.op === Op.enable) reply(Op.enabled, codecs.enabled.encode({ id: 'sm-1', max: 300 }))
    else if (asked.op === Op.resume) this.#resume(asked, reply)
    else if (asked.op === Op.stanza && this.takesCustody) this.custody(asked, asked.count)
  }

  #resume(asked: Envelope, reply: (op: Op, body: Uint8Array) => void): void {
    const { previd } = codecs.resume.decode(asked.body!)
    if (this.resumable === undefined) {
      reply(Op.refused, codecs.refused.encode({ condition: 'item-not-found', text: '', h: 7 }))
    } else
      reply(Op.resumed, codecs.resumed.encode({ ...this.resumable, stream: 'stream-old', previd, max: 300, lastId: 0 }))
  }

  /** The only transfers of an edge are `closed`; this owner takes them at once. */
  transfer(kind: Kind, key: string, envelope: Envelope, settle: (outcome: Outcome) => void): void {
    this.send(kind, key, envelope)
    if (this.takesClosed) settle('taken')
    else if (this.closedOutcome !== undefined) settle(this.closedOutcome)
  }

  // What edges never use.
  multicast(): void {
    throw new Error('an edge makes no multicasts')
  }
  beforeFlush(): void {
    throw new Error('an edge gathers nothing through a turn')
  }
  tell(): boolean {
    throw new Error('an edge tells no instance')
  }
  receipt(): void {}
  strays(): void {}
  serve(): void {}
  settled(): Promise<void> {
    return Promise.resolve()
  }
  async [Symbol.asyncDispose](): Promise<void> {}
}
