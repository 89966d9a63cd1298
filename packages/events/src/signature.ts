import { createHmac, timingSafeEqual } from 'node:crypto'

/** Request header that holds the signature. */
export const SIGNATURE_HEADER = 'x-heliograph-signature'
/** Older or younger requests than this aren't taken: who overheard one can't use it later. */
const TOLERANCE_SECONDS = 300
const FORM = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/

/** The header of a body sent at a time (seconds since 1970): `t=SECONDS,v1=HEX`, where HEX is HMAC-SHA256 over `SECONDS.BODY`. */
export function sign(secret: string, body: string | Buffer, seconds: number): string {
  return `t=${seconds},v1=${mac(secret, body, seconds).toString('hex')}`
}

/** Whether who sent the body knows the secret, and sent it within five minutes of now (seconds since 1970). */
export function isSigned(
  header: string | undefined,
  { secret, body, now }: { readonly secret: string; readonly body: string | Buffer; readonly now: number },
): boolean {
  const match = FORM.exec(header ?? '')
  if (match === null) return false
  const seconds = Number(match[1])
  const isRecent = Math.abs(now - seconds) <= TOLERANCE_SECONDS
  // Compared in any case: how long it takes tells nothing.
  return timingSafeEqual(mac(secret, body, seconds), Buffer.from(match[2]!, 'hex')) && isRecent
}

function mac(secret: string, body: string | Buffer, seconds: number): Buffer {
  return createHmac('sha256', secret).update(`${seconds}.`).update(body).digest()
}
