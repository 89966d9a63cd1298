import { createHash, timingSafeEqual } from 'node:crypto'

/** What a component that knows the secret says on a stream with that id (XEP-0114 §3). */
export function handshakeOf(streamId: string, secret: string): string {
  return createHash('sha1').update(streamId).update(secret).digest('hex')
}

/** Whether that was said. How long it takes to tell doesn't depend on the secret. */
export function provesSecret(said: string, streamId: string, secret: string): boolean {
  const expected = Buffer.from(handshakeOf(streamId, secret))
  const given = Buffer.from(said)
  return given.length === expected.length && timingSafeEqual(given, expected)
}
