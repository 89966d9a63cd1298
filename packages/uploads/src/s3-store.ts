import type { IncomingMessage, ServerResponse } from 'node:http'
import { AwsClient } from 'aws4fetch'
import type { FileStore } from './file-store.ts'
import { cacheControl, contentDisposition, contentType } from './http/headers.ts'
import { replyWith } from './http/reply.ts'
import { isKey } from './key.ts'
import type { Link, Links } from './links.ts'
import { ANY_TYPE, type UploadedFile } from './uploaded-file.ts'

export interface S3Options {
  /** Of the bucket: `https://s3.example/bucket` or `https://bucket.s3.example`. */
  readonly bucketUrl: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Begins every object's key. */
  readonly prefix: string
}

/** How long an address to read from is good: it is asked for anew with each download. */
const READ_SECONDS = 3_600
const TIMEOUT_MS = 10_000

/**
 * Files in a bucket that speaks S3. Their bytes go from client to bucket and back by presigned addresses (AWS Signature Version 4). Such an
 * address is good for a week at most, so what clients get to read from is a link to our listener, which redirects.
 */
export class S3Store implements FileStore {
  readonly #client: AwsClient
  readonly #root: string
  readonly #links: Links

  constructor({ bucketUrl, region, accessKeyId, secretAccessKey, prefix }: S3Options, links: Links) {
    this.#client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 2 })
    this.#root = `${bucketUrl.replace(/\/+$/, '')}/${prefix}`
    this.#links = links
  }

  putUrl(file: UploadedFile, until: number): Promise<string> {
    const seconds = Math.max(1, Math.floor((until - Date.now()) / 1000))
    const headers: Record<string, string> = { 'content-length': String(file.size) }
    if (file.type !== ANY_TYPE) headers['content-type'] = file.type
    return this.#presign('PUT', this.#urlOf(file.key), { seconds, headers })
  }

  getUrl(file: UploadedFile): Promise<string> {
    return this.#links.get(file)
  }

  async size(key: string): Promise<number | undefined> {
    const response = await this.#fetch(key, 'HEAD')
    if (response.status === 404) return undefined
    if (!response.ok) throw new Error(`the bucket answers HEAD with ${response.status}`)
    return Number(response.headers.get('content-length'))
  }

  async remove(key: string): Promise<void> {
    const response = await this.#fetch(key, 'DELETE')
    await response.arrayBuffer()
    if (!response.ok && response.status !== 404) throw new Error(`the bucket answers DELETE with ${response.status}`)
  }

  async answer({ method, file }: Link, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const exchange = { request, response }
    if (method === 'PUT') return replyWith(exchange, 404)
    const now = Date.now()
    const seconds = Math.max(1, Math.min(READ_SECONDS, Math.floor((file.expires - now) / 1000)))
    const url = this.#urlOf(file.key)
    url.searchParams.set('response-content-type', contentType(file))
    url.searchParams.set('response-content-disposition', contentDisposition(file))
    url.searchParams.set('response-cache-control', cacheControl(file, now))
    const location = await this.#presign(request.method === 'HEAD' ? 'HEAD' : 'GET', url, { seconds, headers: {} })
    replyWith(exchange, 302, { location, 'cache-control': 'no-store' })
  }

  #urlOf(key: string): URL {
    if (!isKey(key)) throw new Error('not the key of a file')
    return new URL(`${this.#root}${key}`)
  }

  #fetch(key: string, method: string): Promise<Response> {
    return this.#client.fetch(this.#urlOf(key), { method, signal: AbortSignal.timeout(TIMEOUT_MS) })
  }

  async #presign(
    method: string,
    url: URL,
    { seconds, headers }: { seconds: number; headers: Record<string, string> },
  ): Promise<string> {
    url.searchParams.set('X-Amz-Expires', String(seconds))
    // `allHeaders`: the bucket refuses other lengths and types than those that were signed.
    const signed = await this.#client.sign(url, { method, headers, aws: { signQuery: true, allHeaders: true } })
    return signed.url
  }
}
