import { status } from '@grpc/grpc-js'

export type RpcCode = keyof typeof status

/** A call that got no answer, or that its handler refused. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: RpcCode

  constructor(code: RpcCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The error of a call in our form, naming what was called. */
export function fromStatus(error: unknown, what: string): RpcError {
  const { code, details } = error as { code?: unknown; details?: unknown }
  const name = typeof code === 'number' ? (status[code] as RpcCode | undefined) : undefined
  const text = typeof details === 'string' && details !== '' ? details : String(error)
  return new RpcError(name ?? 'UNKNOWN', `${what}: ${text}`, { cause: error })
}
