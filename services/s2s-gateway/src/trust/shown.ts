import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'

type Shown = Pick<TLSSocket, 'getPeerX509Certificate'>

const taken = new WeakMap<Shown, readonly X509Certificate[]>()

/**
 * The certificates that a peer has shown, its own first. Node hands them out once: who asks a socket again is told of none where we connected,
 * and of the first alone where the peer did.
 */
export function shownBy(socket: Shown): readonly X509Certificate[] {
  const before = taken.get(socket)
  if (before !== undefined) return before
  const shown: X509Certificate[] = []
  for (let next = socket.getPeerX509Certificate(); next !== undefined; next = next.issuerCertificate) shown.push(next)
  taken.set(socket, shown)
  return shown
}
