import { readV1 } from './v1.ts'
import { readV2, V2_SIGNATURE } from './v2.ts'

/** Whom a proxy says it speaks for. `source` is undefined when it speaks for itself (health checks). */
export interface ProxyHeader {
  readonly source: string | undefined
  /** Bytes of the header: what follows belongs to the client. */
  readonly length: number
}

/** `incomplete`: more bytes are needed. `invalid`: these bytes don't begin a PROXY header. */
export type ProxyReading = ProxyHeader | 'incomplete' | 'invalid'

const V1_PREFIX = Buffer.from('PROXY ', 'latin1')

/** Reads the header of the PROXY protocol, version 1 or 2, at the start of a connection. Never asks for more than 107 (1) or 552 bytes (2). */
export function readProxyHeader(bytes: Buffer): ProxyReading {
  if (begins(bytes, V2_SIGNATURE)) return readV2(bytes)
  if (begins(bytes, V1_PREFIX)) return readV1(bytes)
  return 'invalid'
}

function begins(bytes: Buffer, prefix: Buffer): boolean {
  const length = Math.min(bytes.length, prefix.length)
  return bytes.compare(prefix, 0, length, 0, length) === 0
}
