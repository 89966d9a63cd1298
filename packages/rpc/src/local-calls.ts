import type { Logger } from '@heliograph/telemetry'
import { RpcError } from './rpc-error.ts'
import type { CallInfo, ServedContract, UntypedHandler } from './rpc-server.ts'

interface LocalMethod {
  readonly handler: UntypedHandler
  readonly log: Logger
}

/** Services that the calling process serves itself: their handlers are called directly, nothing is encoded or sent. */
export class LocalCalls {
  readonly #methods = new Map<string, LocalMethod>()

  add(address: string, service: ServedContract, log: Logger): void {
    for (const [what, { handler }] of service.methods()) this.#methods.set(`${address} ${what}`, { handler, log })
  }

  has(address: string, what: string): boolean {
    return this.#methods.has(`${address} ${what}`)
  }

  /** As over the network: a deadline, cancelling, `RpcError`s, and INTERNAL for whatever else is thrown. */
  call(
    address: string,
    what: string,
    request: unknown,
    limits: { timeoutMs: number; signal?: AbortSignal | undefined },
  ) {
    const { handler, log } = this.#methods.get(`${address} ${what}`)!
    const cancelled = new AbortController()
    const info: CallInfo = { peer: 'local', signal: cancelled.signal }
    return new Promise<unknown>((resolve, reject) => {
      const end = (code: 'DEADLINE_EXCEEDED' | 'CANCELLED') => {
        reject(new RpcError(code, `${what} here: ${code === 'CANCELLED' ? 'cancelled' : 'no answer in time'}`))
        cancelled.abort()
      }
      const cancel = (): void => end('CANCELLED')
      const timer = setTimeout(() => end('DEADLINE_EXCEEDED'), limits.timeoutMs)
      limits.signal?.addEventListener('abort', cancel)
      if (limits.signal?.aborted) cancel()
      Promise.resolve()
        .then(() => handler(request, info))
        .then(resolve, (error: unknown) => reject(errorOf(error, what, log)))
        .finally(() => {
          clearTimeout(timer)
          limits.signal?.removeEventListener('abort', cancel)
        })
    })
  }
}

function errorOf(error: unknown, what: string, log: Logger): RpcError {
  if (error instanceof RpcError) return new RpcError(error.code, `${what} here: ${error.message}`, { cause: error })
  log.error('rpc_failed', { method: what, error })
  return new RpcError('INTERNAL', `${what} here: internal error`)
}
