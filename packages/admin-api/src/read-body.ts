import type { IncomingMessage } from 'node:http'
import { Problem } from './problem.ts'

const MOST = 65_536

/** @throws Problem 413 for more than 64 KiB, 415 for what isn't JSON */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MOST) throw new Problem(413, { detail: `a body may have ${MOST} bytes` })
    chunks.push(chunk)
  }
  const type = request.headers['content-type'] ?? 'application/json'
  // Nothing that a web page may send without being asked first.
  if (bytes > 0 && !/^application\/json *(;|$)/i.test(type))
    throw new Problem(415, { detail: 'a body must be application/json' })
  return Buffer.concat(chunks).toString()
}
