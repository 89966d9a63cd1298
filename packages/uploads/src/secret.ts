import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The secret kept in a file; made when there is none. Several may ask at once, and get the same. */
export async function ensureSecret(path: string): Promise<Buffer> {
  const known = await read(path)
  if (known !== undefined) return known
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, randomBytes(32).toString('base64url'), { mode: 0o600, flush: true })
  // The first one stays.
  await link(draft, path).catch(() => undefined)
  await unlink(draft)
  return readFile(path)
}

async function read(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch {
    return undefined
  }
}
