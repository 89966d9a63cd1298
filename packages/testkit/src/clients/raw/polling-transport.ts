import { createHash, randomBytes } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { Transport, TransportEvents } from './transport.ts'

const PAUSE_MS = 50
const KEYS = 1_000

/** A stream in pieces over HTTP polling (XEP-0025), with keys. */
export class PollingTransport implements Transport {
  readonly tls: TLSSocket | undefined = undefined
  readonly #urls: readonly string[]
  readonly #events: TransportEvents
  readonly #keys: string[] = [randomBytes(12).toString('hex')]
  #id = '0'
  #turn = 0
  #out = ''
  #ended = false
  #closing = false
  #paused = false

  /** Requests take turns at the ports. */
  constructor(at: { readonly host: string; readonly ports: readonly number[] }, events: TransportEvents) {
    this.#urls = at.ports.map((port) => `http://${at.host}:${port}/http-poll`)
    this.#events = events
    while (this.#keys.length < KEYS) this.#keys.push(createHash('sha1').update(this.#keys.at(-1)!).digest('base64'))
    void this.#run()
  }

  write(data: string | Uint8Array): void {
    this.#out += Buffer.from(data).toString()
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
  }

  /** Goes on asking until the session has ended. */
  end(): void {
    this.#closing = true
  }

  cut(): void {
    this.#finish(undefined)
  }

  async #run(): Promise<void> {
    while (!this.#ended) {
      try {
        if (!this.#paused && (this.#id !== '0' || this.#out !== '')) await this.#poll()
      } catch (error) {
        this.#finish(error as Error)
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }

  async #poll(): Promise<void> {
    const body = `${this.#id};${this.#keys.pop()},${this.#out}`
    this.#out = ''
    const response = await fetch(this.#urls[this.#turn++ % this.#urls.length]!, { method: 'POST', body })
    this.#id = /^ID=([^;]+)/.exec(response.headers.get('set-cookie') ?? '')?.[1] ?? '0:0'
    const text = Buffer.from(await response.arrayBuffer())
    if (this.#ended) return
    if (text.length > 0) this.#events.onBytes(text)
    if (this.#id.endsWith(':0')) this.#finish(this.#closing ? undefined : new Error(`polling failed: ${this.#id}`))
  }

  #finish(error: Error | undefined): void {
    if (this.#ended) return
    this.#ended = true
    this.#events.onEnd(error)
  }
}
