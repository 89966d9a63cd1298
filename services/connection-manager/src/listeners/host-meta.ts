import type { IncomingMessage } from 'node:http'
import { escapeAttribute } from '@heliograph/xml'

export interface WebAddress {
  /** Served domains, the first is the default. */
  readonly domains: readonly string[]
  /** Port of the HTTPS listener; 0 when TLS ends at a proxy before us, on the usual port. */
  readonly port: number
  readonly path: string
}

export interface Page {
  readonly type: string
  readonly body: string
}

const REL = 'urn:xmpp:alt-connections:websocket'

/** Where else a client can connect (XEP-0156): as XRD, or as JRD at `.json`. Undefined for any other request. */
export function hostMeta(
  { method, url, headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  at: WebAddress,
): Page | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined
  const path = url?.split('?')[0]
  const href = webSocketUrl(headers.host, at)
  if (path === '/.well-known/host-meta.json') {
    return { type: 'application/json', body: `${JSON.stringify({ links: [{ rel: REL, href }] })}\n` }
  }
  if (path !== '/.well-known/host-meta') return undefined
  const link = `<Link rel='${REL}' href='${escapeAttribute(href)}'/>`
  const body = `<?xml version='1.0' encoding='utf-8'?>\n<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>${link}</XRD>\n`
  return { type: 'application/xrd+xml', body }
}

/** XEP-0156 §3: nothing but wss. The host is the one the client came to, if it looks like one. */
function webSocketUrl(host: string | undefined, { domains, port, path }: WebAddress): string {
  const name = /^([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d+)?$/i.exec(host ?? '')?.[1] ?? domains[0]!
  return `wss://${name}${port === 0 || port === 443 ? '' : `:${port}`}${path}`
}
