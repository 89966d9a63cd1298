import type { IncomingMessage } from 'node:http'

/**
 * The body of a request, to `done` once it is complete; `tooLarge` when it is more than `limit` bytes, then nothing more is read. A
 * request that is broken off calls neither.
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  { done, tooLarge }: { done: (body: Buffer) => void; tooLarge: () => void },
): void {
  const chunks: Buffer[] = []
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes <= limit) chunks.push(chunk)
    else {
      request.removeAllListeners('data')
      request.removeAllListeners('end')
      request.pause()
      tooLarge()
    }
  })
  request.on('end', () => {
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes)
    // The request lives as long as it is held.
    chunks.length = 0
    done(body)
  })
}
