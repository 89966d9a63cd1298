/** SQLSTATE of the error that the guard function raises for a fenced instance. */
export const FENCED_SQLSTATE = 'HG001'

/** A write was refused: the instance in whose name it was made has been fenced and owns nothing any more. */
export class FencedError extends Error {
  override readonly name = 'FencedError'
  readonly instance: string

  constructor(instance: string, options?: ErrorOptions) {
    super(`instance ${instance} is fenced`, options)
    this.instance = instance
  }
}

/** The database can't be reached or can't answer now; the statement was not sent, or its outcome is unknown. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError'
}

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT', // the server's unix socket is absent
])

/** SQLSTATEs (or their two-character classes) after which the same statement may succeed later, unchanged. */
const TRANSIENT_CLASSES = new Set(['08', '53', '58', '57'])
const TRANSIENT_STATES = new Set([
  '25006', // read-only: we are talking to a standby during a fail-over
  '25P03', // idle-in-transaction time-out: the server closed our connection
  '40001', // serialisation failure
  '40P01', // deadlock
  '55P03', // lock not available in time
])

/** Messages of the driver that carry no code. */
const DRIVER_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed)/

/**
 * Tells whether a failure is the server's condition (unreachable, shutting down, overloaded, too slow) and not the
 * statement's fault: the same statement may succeed later. The statement may nevertheless have been committed, so only
 * idempotent ones may be repeated.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof UnavailableError) return true
  if (error instanceof AggregateError) return error.errors.some(isUnavailable)
  if (!(error instanceof Error)) return false
  const code = (error as { code?: unknown }).code
  if (typeof code !== 'string') return DRIVER_MESSAGES.test(error.message)
  return (
    NETWORK_CODES.has(code) ||
    TRANSIENT_STATES.has(code) ||
    (code.length === 5 && TRANSIENT_CLASSES.has(code.slice(0, 2)))
  )
}

/** Tells whether the connection on which the error came up must not be used again. */
export function breaksConnection(error: unknown): boolean {
  if (!isUnavailable(error)) return false
  const code = (error as { code?: unknown }).code
  // The server answered and the connection lives on: a cancelled or failed statement.
  return !(code === '57014' || code === '55P03' || (typeof code === 'string' && code.startsWith('40')))
}
