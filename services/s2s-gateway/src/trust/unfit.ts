import { createHash } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { Terms } from '../federation/peer-policy.ts'
import { shownBy } from './shown.ts'

/** Why a connection isn't what policy asks of one with that peer, however the peer proves itself; undefined when it is. */
export function unfit(
  tls: Pick<TLSSocket, 'getProtocol' | 'getPeerX509Certificate'>,
  { minTls, pins }: Pick<Terms, 'minTls' | 'pins'>,
): string | undefined {
  const version = tls.getProtocol() ?? 'no TLS'
  if (version < minTls) return `${minTls} is asked for, this is ${version}`
  if (pins.length === 0) return undefined
  const [certificate] = shownBy(tls)
  if (certificate === undefined) return 'it showed no certificate, and has a pinned key'
  const key = certificate.publicKey.export({ type: 'spki', format: 'der' })
  const pin = createHash('sha256').update(key).digest('base64')
  return pins.includes(pin) ? undefined : `its certificate's key isn't one of those pinned: ${pin}`
}
