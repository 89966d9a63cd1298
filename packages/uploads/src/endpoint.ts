import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FileStore } from './file-store.ts'
import { replyWith } from './http/reply.ts'
import type { LinkProblem, Links } from './links.ts'

/** Of one process, so that they don't take all of its file descriptors. */
const MOST_TRANSFERS = 1_000

const STATUS: Readonly<Record<LinkProblem, number>> = { forged: 403, expired: 410 }

/** What a stream fails with when the other end goes, or is too slow. */
const BROKEN_OFF = new Set([
  'ABORT_ERR',
  'ECONNRESET',
  'EPIPE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'SILENT',
])

/** Answers requests for files at our listener: reads the link, and leaves the rest to the store. */
export class UploadEndpoint {
  readonly #links: Links
  readonly #store: FileStore
  #transfers = 0

  constructor({ links, store }: { links: Links; store: FileStore }) {
    this.#links = links
    this.#store = store
  }

  /** Uploads and downloads under way. */
  get transfers(): number {
    return this.#transfers
  }

  /** Resolves when the request has been answered or its client has gone. @throws what the store throws; then nothing was answered */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request
    const exchange = { request, response }
    if (method === 'OPTIONS') return replyWith(exchange, 204)
    if (method !== 'PUT' && method !== 'GET' && method !== 'HEAD')
      return replyWith(exchange, 405, { allow: 'OPTIONS, HEAD, GET, PUT' })
    const link = await this.#links.read(method, url)
    if (typeof link === 'string') return replyWith(exchange, STATUS[link])
    if (this.#transfers >= MOST_TRANSFERS) return replyWith(exchange, 503, { 'retry-after': '10' })
    this.#transfers++
    try {
      await this.#store.answer(link, request, response)
    } catch (error) {
      if (error instanceof Error && 'code' in error && BROKEN_OFF.has(String(error.code))) return
      replyWith(exchange, 500)
      throw error
    } finally {
      this.#transfers--
    }
  }
}
