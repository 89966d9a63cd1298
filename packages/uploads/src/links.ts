import { createHmac, timingSafeEqual } from 'node:crypto'
import { isKey } from './key.ts'
import type { UploadedFile } from './uploaded-file.ts'

/** Where the listener for HTTP serves files. */
export const UPLOAD_PATH = '/upload/'

/** What a link permits. */
export interface Link {
  readonly method: 'GET' | 'PUT'
  readonly file: UploadedFile
}

/** Why a link isn't one: we never made it, or its time is over. */
export type LinkProblem = 'forged' | 'expired'

const LONGEST_LINK = 4_096

/** Makes and reads links to files. They hold all that is known of the file and are signed (HMAC-SHA256), so that whoever has the secret can serve them. */
export class Links {
  readonly #base: string
  readonly #secret: () => Promise<Uint8Array>

  /** `base`: where clients reach the root of the listener, without a slash at its end. */
  constructor(base: string, secret: () => Promise<Uint8Array>) {
    this.#base = base
    this.#secret = secret
  }

  /** Lets the file be uploaded, once, by an upload that begins before `until`. */
  put(file: UploadedFile, until: number): Promise<string> {
    return this.#make('PUT', file, until)
  }

  /** Lets the file be read until it expires. */
  get(file: UploadedFile): Promise<string> {
    return this.#make('GET', file, file.expires)
  }

  /** What the path and query of a request permit. HEAD is as GET. */
  async read(method: string, url: string, now = Date.now()): Promise<Link | LinkProblem> {
    const parts = url.length > LONGEST_LINK ? undefined : parse(url)
    if (parts === undefined) return 'forged'
    const { file, until, signature } = parts
    const wanted = method === 'HEAD' ? 'GET' : method
    if (wanted !== 'GET' && wanted !== 'PUT') return 'forged'
    const expected = await this.#sign(wanted, file, until)
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return 'forged'
    if (now >= until || now >= file.expires) return 'expired'
    return { method: wanted, file }
  }

  async #make(method: Link['method'], file: UploadedFile, until: number): Promise<string> {
    const { key, name, type, size, expires } = file
    const signature = (await this.#sign(method, file, until)).toString('base64url')
    const query = new URLSearchParams({ size: String(size), type, expires: String(expires) })
    if (method === 'PUT') query.set('until', String(until))
    query.set('signature', signature)
    return `${this.#base}${UPLOAD_PATH}${key}/${encodeURIComponent(name)}?${query}`
  }

  /** Over the decoded values, because proxies may write them otherwise. */
  async #sign(
    method: Link['method'],
    { key, name, type, size, expires }: UploadedFile,
    until: number,
  ): Promise<Buffer> {
    const signed = JSON.stringify([method, key, name, type, size, expires, until])
    return createHmac('sha256', await this.#secret())
      .update(signed)
      .digest()
  }
}

function parse(url: string): { file: UploadedFile; until: number; signature: Buffer } | undefined {
  const mark = url.indexOf('?')
  if (mark < 0 || !url.startsWith(UPLOAD_PATH)) return undefined
  const [key = '', encoded = '', ...rest] = url.slice(UPLOAD_PATH.length, mark).split('/')
  const name = decode(encoded)
  const query = new URLSearchParams(url.slice(mark + 1))
  const [size, expires] = [Number(query.get('size')), Number(query.get('expires'))]
  const until = query.has('until') ? Number(query.get('until')) : expires
  if (!isKey(key) || rest.length > 0 || name === undefined) return undefined
  if (![size, expires, until].every(Number.isSafeInteger)) return undefined
  const file = { key, name, type: query.get('type') ?? '', size, expires }
  return { file, until, signature: Buffer.from(query.get('signature') ?? '', 'base64url') }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
