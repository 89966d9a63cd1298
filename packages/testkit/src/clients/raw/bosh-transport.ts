import type { TLSSocket } from 'node:tls'
import { type BoshAttributes, type BoshResponse, RawBosh, type RawBoshOptions } from './raw-bosh.ts'
import type { Transport, TransportEvents } from './transport.ts'

/** As many as a session that lets one request be held may have under way. */
const REQUESTS = 2

/** XMPP over BOSH (XEP-0206): takes what a WebSocket would be given, each element in a body of its own. */
export class BoshTransport implements Transport {
  readonly tls: TLSSocket | undefined = undefined
  readonly #bosh: RawBosh
  readonly #domain: string
  readonly #port: number
  readonly #events: TransportEvents
  readonly #waiting: (readonly [BoshAttributes, string])[] = []
  /** Answered requests whose turn hasn't come, by rid. */
  readonly #answers = new Map<number, BoshResponse>()
  #underWay = 0
  #next = 0
  #ended = false
  #paused = false

  /** The session is for `domain`, and is created at `port`. */
  constructor(
    options: RawBoshOptions,
    to: { readonly domain: string; readonly port: number },
    events: TransportEvents,
  ) {
    this.#bosh = new RawBosh(options)
    this.#domain = to.domain
    this.#port = to.port
    this.#events = events
  }

  write(data: string | Uint8Array): void {
    const text = Buffer.from(data).toString()
    if (text.startsWith('<close')) this.#send({ type: 'terminate' })
    else if (!text.startsWith('<open')) this.#send({}, text)
    else if (this.#next > 0) this.#send({ 'xmpp:restart': 'true', to: this.#domain })
    else void this.#create()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#go()
  }

  /** The session ends with the response to its termination. */
  end(): void {}

  cut(): void {
    this.#bosh.cut()
    this.#finish(undefined)
  }

  async #create(): Promise<void> {
    try {
      const response = await this.#bosh.create(this.#domain, {}, this.#port)
      this.#next = this.#bosh.rid + 1
      this.#take(response)
    } catch (error) {
      this.#finish(error as Error)
    }
  }

  #send(attributes: BoshAttributes, payload = ''): void {
    this.#waiting.push([attributes, payload])
    this.#go()
  }

  /** Sends what waits, and sees to it that a request is always under way. */
  #go(): void {
    if (this.#ended || this.#paused || this.#bosh.sid === undefined) return
    while (this.#waiting.length > 0 && this.#underWay < REQUESTS) void this.#post(...this.#waiting.shift()!)
    if (this.#underWay === 0) void this.#post({}, '')
  }

  async #post(attributes: BoshAttributes, payload: string): Promise<void> {
    this.#underWay++
    const posted = this.#bosh.post(attributes, payload)
    const { rid } = this.#bosh
    try {
      this.#answers.set(rid, await posted)
    } catch (error) {
      this.#finish(error as Error)
    }
    this.#underWay--
    for (let answer = this.#answers.get(this.#next); answer !== undefined; answer = this.#answers.get(this.#next)) {
      this.#answers.delete(this.#next++)
      this.#take(answer)
    }
    this.#go()
  }

  #take({ status, attributes, content }: BoshResponse): void {
    if (this.#ended) return
    if (content !== '') this.#events.onBytes(Buffer.from(content))
    if (status !== 200) this.#finish(new Error(`status ${status}`))
    else if (attributes.type === 'terminate') {
      const { condition } = attributes
      this.#finish(condition === undefined ? undefined : new Error(`terminated: ${condition}`))
    }
    this.#go()
  }

  #finish(error: Error | undefined): void {
    if (this.#ended) return
    this.#ended = true
    this.#events.onEnd(error)
  }
}
