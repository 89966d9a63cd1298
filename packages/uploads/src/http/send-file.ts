import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { UploadedFile } from '../uploaded-file.ts'
import { CORS, cacheControl, contentDisposition, contentType, ISOLATION } from './headers.ts'
import { readRange } from './range.ts'
import { hasCode, SILENCE_MS } from './receive-file.ts'
import { type Exchange, replyWith } from './reply.ts'

/** Sends the file at `path`, or the part of it that is asked for (RFC 9110 §13, §14), as fast as the client reads. */
export async function sendFile(path: string, file: UploadedFile, exchange: Exchange): Promise<void> {
  const { request, response } = exchange
  await using handle = await open(path, 'r').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  })
  if (handle === undefined) return replyWith(exchange, 404)
  const { size } = await handle.stat()
  const etag = `"${file.key}"`
  const { headers } = request
  if (
    headers['if-none-match']?.split(',').some((each) => each.trim().replace(/^W\//, '') === etag || each.trim() === '*')
  )
    return replyWith(exchange, 304, { etag })
  const wanted = headers['if-range'] === undefined || headers['if-range'] === etag ? headers.range : undefined
  const range = readRange(wanted, size)
  if (range === 'unsatisfiable') return replyWith(exchange, 416, { 'content-range': `bytes */${size}` })
  const { start, end } = range ?? { start: 0, end: size - 1 }
  response.writeHead(range === undefined ? 200 : 206, {
    ...CORS,
    ...ISOLATION,
    'content-type': contentType(file),
    'content-disposition': contentDisposition(file),
    'content-length': end - start + 1,
    ...(range && { 'content-range': `bytes ${start}-${end}/${size}` }),
    'accept-ranges': 'bytes',
    'cache-control': cacheControl(file),
    etag,
  })
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  response.setTimeout(SILENCE_MS, () => response.destroy())
  await pipeline(handle.createReadStream({ start, end, autoClose: false }), response)
  response.socket?.setTimeout(0)
}
