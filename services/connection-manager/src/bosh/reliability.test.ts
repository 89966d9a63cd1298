/** Whatever happens to requests and responses on their way: nothing is lost, nothing comes twice, order holds in both directions. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Op } from '@heliograph/bus'
import { Stanza } from '@heliograph/stanza'
import fc from 'fast-check'
import { BoshRequests, type Request } from '../../test/bosh-requests.ts'
import { type EdgeFixture, edgeFixture } from '../../test/edge-fixture.ts'

let fixture: EdgeFixture
before(async () => {
  fixture = await edgeFixture()
})
after(() => fixture[Symbol.asyncDispose]())

interface UnderWay {
  readonly rid: number
  readonly body: string
  /** Undefined while the network has it. */
  request: Request | undefined
}

const MOST_UNDER_WAY = 2

/** A client that keeps the rules, over a network that delays, reorders and loses what it likes. */
class Model {
  readonly client: BoshRequests
  readonly sent: string[] = []
  readonly delivered: string[] = []
  readonly received: string[] = []
  #underWay: UnderWay[] = []

  constructor(client: BoshRequests) {
    this.client = client
  }

  /** Sends a message; it may take its time. */
  send(late: boolean): void {
    if (this.#underWay.length >= MOST_UNDER_WAY) return
    const { client } = this
    const id = `c${this.sent.length}`
    this.sent.push(id)
    const payload = `<message xmlns='jabber:client' to='romeo@montague.example' id='${id}'/>`
    const body = client.body({ rid: ++client.rid, sid: client.sid }, payload)
    this.#underWay.push({ rid: client.rid, body, request: late ? undefined : client.raw(body) })
  }

  /** What the network has arrives, the newest first. */
  arrive(): void {
    for (const one of this.#underWay.toReversed()) one.request ??= this.client.raw(one.body)
  }

  /** The owner has something for the client. */
  deliver(): void {
    const id = `s${this.delivered.length}`
    this.delivered.push(id)
    const opened = fixture.owner.heardOps(Op.open).at(-1)!
    fixture.owner.say(opened, Op.deliver, (envelope) => {
      envelope.stanza = new Stanza({ name: 'message', id, payload: Buffer.alloc(0) })
    })
  }

  /** A connection breaks, with a response on it or not: the client repeats the request. */
  lose(which: number): void {
    const one = this.#underWay[which % Math.max(1, this.#underWay.length)]
    if (one?.request === undefined) return
    one.request.exchange.leave()
    one.request = this.client.raw(one.body)
  }

  /** Takes responses in the order of requests. */
  read(): void {
    for (;;) {
      const answer = this.#underWay[0]?.request?.answer() ?? ''
      if (answer === '') return
      assert.doesNotMatch(answer, /terminate/)
      this.#underWay.shift()
      for (const [, id] of answer.matchAll(/ id='(s\d+)'/g)) this.received.push(id!)
    }
  }
}

const step = fc.oneof(
  fc.record({ do: fc.constant('send' as const), late: fc.boolean() }),
  fc.record({ do: fc.constant('lose' as const), which: fc.nat(1) }),
  fc.record({ do: fc.constantFrom('arrive' as const, 'deliver' as const, 'read' as const, 'turn' as const) }),
)

async function take(model: Model, one: typeof step extends fc.Arbitrary<infer Step> ? Step : never): Promise<void> {
  if (one.do === 'send') model.send(one.late)
  else if (one.do === 'lose') model.lose(one.which)
  else if (one.do === 'turn') await model.client.turns()
  else model[one.do]()
}

test('nothing is lost, doubled or reordered', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      const model = new Model(await new BoshRequests(fixture).bind())
      fixture.owner.heard.splice(0, fixture.owner.heard.length, ...fixture.owner.heardOps(Op.open).slice(-1))
      for (const one of steps) await take(model, one)
      for (let i = 0; i < 4 || model.received.length < model.delivered.length; i++) {
        model.arrive()
        await model.client.turns()
        model.read()
        model.send(false)
        assert.ok(i < 100)
      }
      model.arrive()
      await model.client.turns()
      assert.deepEqual(model.received, model.delivered)
      assert.deepEqual(
        fixture.owner.heardOps(Op.stanza).map(({ stanza }) => stanza?.id),
        model.sent,
      )
      await model.client.ask({ type: 'terminate' })
    }),
    { numRuns: 150 },
  )
})
