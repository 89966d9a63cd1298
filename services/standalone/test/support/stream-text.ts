import { connect } from 'node:tls'
import type { Site } from '@heliograph/testkit'

const WAIT_MS = 20_000

/**
 * Sends text over direct TLS, whole or in pieces of so many bytes, and resolves with all that the server said until it
 * closed. @throws when it doesn't close
 */
export function streamText(site: Site, text: string | Uint8Array, pieceBytes = 0): Promise<string> {
  const bytes = Buffer.from(text)
  const size = pieceBytes || bytes.length
  const socket = connect({
    host: '127.0.0.1',
    port: site.edge(0).c2sTls!,
    servername: site.domain,
    ca: site.certificate,
    ALPNProtocols: ['xmpp-client'],
  })
  socket.setNoDelay(true)
  return new Promise((resolve, reject) => {
    let heard = ''
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`the server did not close after ${text}; it said: ${heard}`))
    }, WAIT_MS)
    socket.on('data', (data) => {
      heard += String(data)
      // RFC 6120 §4.4: the server waits for the other stream to be closed too.
      if (heard.endsWith('</stream:stream>')) socket.write('</stream:stream>')
    })
    socket.once('secureConnect', () => {
      for (let at = 0; at < bytes.length; at += size) socket.write(bytes.subarray(at, at + size))
    })
    socket.on('error', () => {}) // a reset after the error is as good
    socket.once('close', () => {
      clearTimeout(timer)
      resolve(heard)
    })
  })
}
