import { type FileHandle, link, mkdir, open, stat, unlink } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ANY_TYPE, type UploadedFile } from '../uploaded-file.ts'
import { essenceOf } from './headers.ts'
import { type Exchange, replyWith } from './reply.ts'

/** Nothing came for so long: the upload has broken off. */
export const SILENCE_MS = 30_000
const SLOWEST_BYTES_PER_SECOND = 4_096

/** How long an upload may take: a minute, and what a very slow network needs. */
export function longestUploadMs(size: number): number {
  return 60_000 + Math.ceil(size / SLOWEST_BYTES_PER_SECOND) * 1000
}

/** Writes an upload to `path`, as it comes and no faster than the disk; it is there only once it is complete, and never replaced. */
export async function receiveFile(path: string, file: UploadedFile, exchange: Exchange): Promise<void> {
  const { request } = exchange
  const status = refusalOf(file, request) ?? ((await exists(path)) ? 409 : undefined)
  if (status !== undefined) return replyWith(exchange, status)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const part = `${path}.part`
  // `wx`: of two uploads to one slot the later is refused while the earlier is under way.
  const handle = await unlessThere(open(part, 'wx', 0o600))
  if (handle === undefined) return replyWith(exchange, 409)
  let linked: true | undefined
  try {
    await write(handle, file, request)
    linked = await unlessThere(link(part, path).then(() => true as const))
  } finally {
    await unlink(part)
  }
  replyWith(exchange, linked ? 201 : 409)
}

async function write(handle: FileHandle, { size }: UploadedFile, request: IncomingMessage): Promise<void> {
  request.setTimeout(SILENCE_MS, () =>
    request.destroy(Object.assign(new Error('the client sends nothing'), { code: 'SILENT' })),
  )
  const signal = AbortSignal.timeout(longestUploadMs(size))
  await pipeline(request, handle.createWriteStream({ flush: true }), { signal })
  request.setTimeout(0)
}

/** Undefined where it fails because there is such a file already. */
async function unlessThere<T>(made: Promise<T>): Promise<T | undefined> {
  try {
    return await made
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return undefined
    throw error
  }
}

/** XEP-0363 §6: the length MUST be that of the slot, and the type SHOULD be. */
function refusalOf({ size, type }: UploadedFile, { headers }: IncomingMessage): number | undefined {
  const length = headers['content-length']
  if (length === undefined) return 411
  if (Number(length) !== size) return Number(length) > size ? 413 : 400
  const given = headers['content-type']
  if (type === ANY_TYPE || given === undefined) return undefined
  return essenceOf(given) === essenceOf(type) ? undefined : 415
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
