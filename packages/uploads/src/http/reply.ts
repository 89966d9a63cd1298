import type { IncomingMessage, ServerResponse } from 'node:http'
import { CORS, ISOLATION } from './headers.ts'

/** A request and where it is answered. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

/** What is read of a refused upload: a client that sends doesn't see an answer if its connection is closed under it. */
const LINGER_BYTES = 1_048_576
const LINGER_MS = 5_000

/** Answers with a status and nothing else, unless that is too late. */
export function replyWith(
  { request, response }: Exchange,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { ...CORS, ...ISOLATION, 'content-length': 0, ...headers }).end()
  if (!request.readableEnded) linger(request)
}

function linger(request: IncomingMessage): void {
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > LINGER_BYTES) request.destroy()
  })
  request.on('error', () => {})
  request.setTimeout(LINGER_MS, () => request.destroy())
  request.once('end', () => request.setTimeout(0))
}
