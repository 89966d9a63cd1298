import { constants } from 'node:crypto'
import type { SecureContextOptions, SecureVersion } from 'node:tls'

export interface TlsPolicy {
  /** Default TLSv1.2. */
  readonly minVersion?: SecureVersion | undefined
  /** OpenSSL cipher list. Default: Node's. */
  readonly ciphers?: string | undefined
}

/**
 * What every listener and outgoing connection uses: TLS 1.3 preferred, X25519 first. Without the post-quantum hybrid a session
 * takes 8 KiB less and a handshake a quarter less CPU.
 */
export function tlsDefaults(policy: TlsPolicy = {}): SecureContextOptions {
  return {
    minVersion: policy.minVersion ?? 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ecdhCurve: 'X25519:P-256',
    honorCipherOrder: true,
    // RFC 9266 §4.2 and common sense: a renegotiated connection has no stable binding.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ...(policy.ciphers === undefined ? {} : { ciphers: policy.ciphers }),
  }
}

/** ALPN protocol ids (XEP-0368 §4) by listener. */
export const ALPN = { client: ['xmpp-client'], server: ['xmpp-server'], http: ['http/1.1'] } as const
