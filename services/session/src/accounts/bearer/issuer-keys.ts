import { readFile } from 'node:fs/promises'
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose'

/** A token with an unknown key makes the keys be fetched again; but not more often than this. */
const COOLDOWN_MS = 30_000
/** Keys that were withdrawn are not good for longer. */
const MAX_AGE_MS = 600_000
const TIMEOUT_MS = 5_000
/** Sets of keys take a few KiB. */
const MOST_BYTES = 262_144

/**
 * The keys of an issuer by their address: fetched when first needed, again after ten minutes, and when a token names one that isn't known,
 * every 30 s at most. One request is under way at a time, for 5 s, of 256 KiB.
 */
export function keysAt(url: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(url), {
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: MAX_AGE_MS,
    timeoutDuration: TIMEOUT_MS,
    [customFetch]: async (address, init) => bounded(await fetch(address, init)),
  })
}

/** The same by their file. @param now milliseconds from any start */
export function keysIn(path: string, now: () => number): JWTVerifyGetKey {
  let keys: ReturnType<typeof createLocalJWKSet> | undefined
  let readAt = 0
  const read = async () => {
    const text = await readFile(path)
    if (text.length > MOST_BYTES) throw new Error(`the file of keys ${path} is too long`)
    keys = createLocalJWKSet(JSON.parse(text.toString()) as JSONWebKeySet)
    readAt = now()
    return keys
  }
  return async (header, token) => {
    const known = keys !== undefined && now() - readAt < MAX_AGE_MS ? keys : await read()
    try {
      return await known(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || now() - readAt < COOLDOWN_MS) throw error
      return (await read())(header, token)
    }
  }
}

async function bounded(response: Response): Promise<Response> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) throw new Error('the issuer sends more than a set of keys')
    chunks.push(chunk)
  }
  const { status, headers } = response
  // A Response with such a status may have no body.
  return new Response(status === 204 || status === 304 ? null : Buffer.concat(chunks), { status, headers })
}
