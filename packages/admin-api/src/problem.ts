import { STATUS_CODES } from 'node:http'
import { type RpcCode, RpcError } from '@heliograph/rpc'

/** What is told instead of a reply (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  /** That of a stanza error, or gRPC's code. */
  readonly condition: string
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    {
      condition = '',
      detail = '',
      headers = {},
    }: { condition?: string; detail?: string; headers?: Record<string, string> },
  ) {
    super(detail)
    this.status = status
    this.condition = condition
    this.headers = headers
  }

  toJSON(): Readonly<Record<string, unknown>> {
    const { status, condition, message } = this
    return {
      type: 'about:blank',
      title: STATUS_CODES[status] ?? 'Error',
      status,
      ...(condition !== '' && { condition }),
      ...(message !== '' && { detail: message }),
    }
  }
}

const OF_CONDITIONS: Readonly<Record<string, number>> = {
  'jid-malformed': 400,
  'bad-request': 400,
  'item-not-found': 404,
  conflict: 409,
  'recipient-unavailable': 503,
  'resource-constraint': 503,
}

const OF_CODES: Partial<Record<RpcCode, number>> = {
  INVALID_ARGUMENT: 400,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  FAILED_PRECONDITION: 409,
  RESOURCE_EXHAUSTED: 429,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
}

/** What the contract foresees: a reply that isn't ok. */
export function refusal(condition: string, text: string): Problem {
  return new Problem(OF_CONDITIONS[condition] ?? 422, { condition, detail: text })
}

export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (!(error instanceof RpcError)) return new Problem(500, { condition: 'INTERNAL', detail: 'internal error' })
  return new Problem(OF_CODES[error.code] ?? 500, { condition: error.code, detail: error.message })
}
