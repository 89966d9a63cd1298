import { type Server, type ServerDuplexStream, status } from '@grpc/grpc-js'
import { type Answer, type Call, callsContract, WELCOME } from './carry.ts'
import { RpcError } from './rpc-error.ts'
import type { CallInfo, Conditions, ServedMethod } from './rpc-server.ts'

type Stream = ServerDuplexStream<Call, Answer>

/** Calls of one peer that may be under way, and answers that may wait for it to read them: twice what a peer that behaves gives. */
const MOST_RUNNING = 20_000

/** The server's end of the streams that carry calls. */
export class Carrier {
  readonly #methods = new Map<string, ServedMethod>()
  readonly #streams = new Set<CarriedCalls>()
  readonly #conditions: Pick<Conditions, 'log' | 'limits'>

  constructor(server: Server, conditions: Pick<Conditions, 'log' | 'limits'>) {
    this.#conditions = conditions
    server.addService(callsContract.definition(), { carry: (stream: Stream) => this.#begin(stream) })
  }

  add(methods: ReadonlyMap<string, ServedMethod>): void {
    for (const [name, method] of methods) this.#methods.set(name, method)
  }

  /** Takes no more calls; each stream ends with its last answer. */
  stop(): void {
    for (const stream of this.#streams) stream.stop()
  }

  #begin(stream: Stream): void {
    const { limits } = this.#conditions
    // What it carries isn't looked at: it is for those who may do everything. Others call separately.
    if (limits().limits(stream)) {
      stream.emit('error', { code: status.UNIMPLEMENTED, details: 'call separately' })
      return
    }
    const calls = new CarriedCalls(stream, this.#methods, this.#conditions)
    this.#streams.add(calls)
    const gone = (): void => {
      this.#streams.delete(calls)
      calls.gone()
    }
    stream.on('data', (call: Call) => calls.take(call))
    stream.on('end', () => calls.stop())
    stream.on('cancelled', gone)
    stream.on('error', gone)
    stream.on('close', gone)
    stream.write(WELCOME)
  }
}

/** The calls on one stream. */
class CarriedCalls {
  readonly #stream: Stream
  readonly #methods: ReadonlyMap<string, ServedMethod>
  readonly #conditions: Pick<Conditions, 'log' | 'limits'>
  readonly #peer: string
  readonly #running = new Map<number, CarriedCall>()
  #state: 'open' | 'stopping' | 'ended' = 'open'

  constructor(
    stream: Stream,
    methods: ReadonlyMap<string, ServedMethod>,
    conditions: Pick<Conditions, 'log' | 'limits'>,
  ) {
    this.#stream = stream
    this.#methods = methods
    this.#conditions = conditions
    this.#peer = stream.getPeer()
  }

  take({ id, method, request, cancelled }: Call): void {
    if (cancelled) return this.#cancel(id)
    const served = this.#methods.get(method)
    if (this.#state !== 'open') this.#refuse(id, status.UNAVAILABLE, 'the server is stopping')
    else if (this.#running.size >= MOST_RUNNING) this.#refuse(id, status.RESOURCE_EXHAUSTED, 'too many calls under way')
    else if (this.#conditions.limits().limits(this.#stream))
      this.#refuse(id, status.PERMISSION_DENIED, 'less than everything is allowed by now')
    else if (served === undefined) this.#refuse(id, status.UNIMPLEMENTED, `there is no ${method}`)
    else this.#run(id, served, request)
  }

  stop(): void {
    if (this.#state === 'open') this.#state = 'stopping'
    this.#endWhenIdle()
  }

  gone(): void {
    this.#state = 'ended'
    for (const call of this.#running.values()) call.abort()
    this.#running.clear()
  }

  #run(id: number, { name, handler, definition }: ServedMethod, request: Uint8Array): void {
    const call = new CarriedCall(this.#peer)
    this.#running.set(id, call)
    Promise.resolve()
      .then(() => handler(definition.requestDeserialize(request as Buffer), call))
      .then((reply) =>
        this.#answer(id, { id, code: status.OK, message: '', reply: definition.responseSerialize(reply) }),
      )
      .catch((error: unknown) => {
        if (!(error instanceof RpcError)) this.#conditions.log.error('rpc_failed', { method: name, error })
        const [code, message] =
          error instanceof RpcError ? [error.code, error.message] : (['INTERNAL', 'internal error'] as const)
        this.#answer(id, { ...WELCOME, id, code: status[code], message })
      })
  }

  #refuse(id: number, code: number, message: string): void {
    if (this.#state !== 'ended') this.#write({ ...WELCOME, id, code, message })
  }

  #answer(id: number, answer: Answer): void {
    // Unless nobody waits for it any more.
    if (this.#running.delete(id)) this.#write(answer)
    this.#endWhenIdle()
  }

  #write(answer: Answer): void {
    if (this.#stream.writableLength < MOST_RUNNING) this.#stream.write(answer)
    // It calls and doesn't read: it may begin anew.
    else this.#stream.destroy()
  }

  #cancel(id: number): void {
    this.#running.get(id)?.abort()
    this.#running.delete(id)
    this.#endWhenIdle()
  }

  #endWhenIdle(): void {
    if (this.#state !== 'stopping' || this.#running.size > 0) return
    this.#state = 'ended'
    this.#stream.end()
  }
}

/** About one carried call; most handlers never look at the signal. */
class CarriedCall implements CallInfo {
  readonly peer: string
  #controller: AbortController | undefined

  constructor(peer: string) {
    this.peer = peer
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    return this.#controller.signal
  }

  abort(): void {
    this.#controller ??= new AbortController()
    this.#controller.abort()
  }
}
