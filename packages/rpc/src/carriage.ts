import { type Client, type ClientDuplexStream, Metadata, status } from '@grpc/grpc-js'
import { type Answer, type Call, carryMethod } from './carry.ts'
import { fromStatus, RpcError } from './rpc-error.ts'

/** A method as its contract encodes it. */
export interface CarriedMethod {
  readonly name: string
  readonly requestSerialize: (request: unknown) => Buffer
  readonly responseDeserialize: (bytes: Buffer) => unknown
}

interface Waiting {
  readonly method: CarriedMethod
  readonly resolve: (reply: unknown) => void
  readonly reject: (error: RpcError) => void
}

/** Separate calls that succeed before a stream for them is worth its while. */
const CALLS_BEFORE = 2
const MOST_WAITING = 10_000
const NONE = Buffer.alloc(0)

/**
 * Calls to one peer over one stream. While there is none (too few calls yet, a stream that broke, a peer of a release that knows none)
 * `ready` is false and calls go separately.
 */
export class Carriage {
  readonly #client: Client
  readonly #where: string
  readonly #waiting = new Map<number, Waiting>()
  #stream: ClientDuplexStream<Call, Answer> | undefined
  #welcome = false
  #unsupported = false
  #succeeded = 0
  #last = 0

  constructor(client: Client, where: string) {
    this.#client = client
    this.#where = where
  }

  get ready(): boolean {
    return this.#welcome
  }

  /** A separate call was answered: the peer is there. */
  succeeded(): void {
    if (++this.#succeeded >= CALLS_BEFORE && this.#stream === undefined && !this.#unsupported) this.#open()
  }

  /** Only while `ready`. */
  call(method: CarriedMethod, request: unknown, limits: { timeoutMs: number; signal?: AbortSignal | undefined }) {
    const { timeoutMs, signal } = limits
    const id = ++this.#last
    return new Promise<unknown>((resolve, reject) => {
      // A peer that doesn't read: what was given up still waits to be written.
      if (this.#waiting.size >= MOST_WAITING || this.#stream!.writableLength >= MOST_WAITING)
        throw this.#error('RESOURCE_EXHAUSTED', method, 'too many calls under way')
      const settle = <T>(then: (value: T) => void): ((value: T) => void) => {
        return (value) => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', cancel)
          then(value)
        }
      }
      const giveUp = (code: 'DEADLINE_EXCEEDED' | 'CANCELLED', text: string): void => {
        if (!this.#waiting.delete(id)) return
        this.#stream?.write({ id, method: '', request: NONE, cancelled: true })
        settle(reject)(this.#error(code, method, text))
      }
      const cancel = (): void => giveUp('CANCELLED', 'cancelled')
      const timer = setTimeout(() => giveUp('DEADLINE_EXCEEDED', 'no answer in time'), timeoutMs)
      this.#waiting.set(id, { method, resolve: settle(resolve), reject: settle(reject) })
      this.#stream!.write({ id, method: method.name, request: method.requestSerialize(request), cancelled: false })
      signal?.addEventListener('abort', cancel)
      if (signal?.aborted) cancel()
    })
  }

  /** Calls under way fail with CANCELLED. */
  close(): void {
    this.#unsupported = true
    this.#stream?.cancel()
  }

  #open(): void {
    const { path, requestSerialize, responseDeserialize } = carryMethod()
    const stream = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, new Metadata())
    this.#stream = stream
    stream.on('data', (answer: Answer) => this.#answered(answer))
    stream.on('error', (error: unknown) => this.#ended(error))
    stream.on('end', () => this.#ended({ code: status.UNAVAILABLE, details: 'the peer is stopping' }))
  }

  #answered({ id, code, message, reply }: Answer): void {
    if (id === 0) {
      this.#welcome = true
      return
    }
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    this.#waiting.delete(id)
    const { method } = waiting
    if (code === status.OK) waiting.resolve(method.responseDeserialize(reply))
    else waiting.reject(fromStatus({ code, details: message }, `${method.name} at ${this.#where}`))
  }

  #ended(error: unknown): void {
    if ((error as { code?: unknown }).code === status.UNIMPLEMENTED) this.#unsupported = true
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    this.#stream = undefined
    this.#welcome = false
    this.#succeeded = 0
    for (const { method, reject } of waiting) reject(fromStatus(error, `${method.name} at ${this.#where}`))
  }

  #error(code: 'DEADLINE_EXCEEDED' | 'CANCELLED' | 'RESOURCE_EXHAUSTED', { name }: CarriedMethod, text: string) {
    return new RpcError(code, `${name} at ${this.#where}: ${text}`)
  }
}
