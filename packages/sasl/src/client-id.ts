import { createHash } from 'node:crypto'
import type { BareJid } from '@heliograph/jid'

const BYTES = 9

/**
 * What an installation of a client is called where others see it: stays the same for it, and doesn't reveal the id it calls itself by
 * (XEP-0386 §3.2.1), with which its tokens are good.
 */
export function clientIdOf(user: BareJid, agent: string): string {
  return createHash('sha256').update(`${user}\0${agent}`).digest().subarray(0, BYTES).toString('base64url')
}
