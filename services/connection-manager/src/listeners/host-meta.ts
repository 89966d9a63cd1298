import { isIP } from 'node:net'
import { NS } from '@heliograph/stanza'
import { escapeAttribute } from '@heliograph/xml'

/** Where clients reach the paths of the web listeners and the others. */
export interface PublicPlace {
  /** Served domains, the first is the default. */
  readonly domains: readonly string[]
  /** Port of the HTTPS listener; 0 when TLS ends at a proxy before us, on the usual port. */
  readonly port: number
  /** Of the listener for direct TLS; 0 when there is none. */
  readonly tlsPort: number
  readonly webSocket: string
  readonly bosh: string
  /** Instead of what the request named. */
  readonly publicUrl: string | undefined
  /** IP addresses of all this; when there are any, clients need no other lookup (XEP-0487). */
  readonly publicAddresses: readonly string[]
}

export interface PageRequest {
  readonly method: string | undefined
  readonly path: string
  /** The host that the client asked, with a port if it isn't the usual one. */
  readonly host: string | undefined
  /** A proxy told the host: TLS ends there, at the port that the host has. */
  readonly proxied: boolean
}

export interface Page {
  readonly type: string
  readonly body: string
}

/** XEP-0487 §2.1: seconds for which the page may be kept. */
const TTL = 3_600
const WEIGHT = 50
const PRIORITY = { tls: 10, webSocket: 20, bosh: 30 }

/** Where else a client can connect (XEP-0156): as XRD, or as JRD at `.json`. Undefined for any other request. */
export function hostMeta(request: PageRequest, place: PublicPlace): Page | undefined {
  const { method, path } = request
  if (method !== 'GET' && method !== 'HEAD') return undefined
  if (path === '/.well-known/host-meta.json') {
    return { type: 'application/json', body: `${JSON.stringify(resourceDescriptor(request, place))}\n` }
  }
  if (path !== '/.well-known/host-meta') return undefined
  const links = webLinks(request, place)
    .map(({ rel, href }) => `<Link rel='${rel}' href='${escapeAttribute(href)}'/>`)
    .join('')
  const body = `<?xml version='1.0' encoding='utf-8'?>\n<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>${links}</XRD>\n`
  return { type: 'application/xrd+xml', body }
}

function resourceDescriptor(request: PageRequest, place: PublicPlace): object {
  const { publicAddresses: ips, tlsPort } = place
  const links = webLinks(request, place)
  if (ips.length === 0) return { links: links.map(({ rel, href }) => ({ rel, href })) }
  const domain = domainOf(request, place)
  const further = { weight: WEIGHT, ips }
  const tls = { rel: NS.altTls, port: tlsPort, sni: domain, priority: PRIORITY.tls, ...further }
  const web = links.map((link) => ({ ...link, ...further }))
  return { xmpp: { ttl: TTL }, links: tlsPort === 0 ? web : [tls, ...web] }
}

/** XEP-0156 §2.2: nothing but wss and https. */
function webLinks(request: PageRequest, place: PublicPlace) {
  const base = baseOf(request, place)
  const name = base.replace(/(:\d+)?(\/.*)?$/, '')
  // An IP address is no name for SNI (RFC 6066 §3).
  const sni = isIP(name) === 0 && !name.startsWith('[') ? name : domainOf(request, place)
  return [
    { rel: NS.altWebSocket, href: `wss://${base}${place.webSocket}`, sni, priority: PRIORITY.webSocket },
    { rel: NS.altBosh, href: `https://${base}${place.bosh}`, sni, priority: PRIORITY.bosh },
  ]
}

/** Host, port unless it is the usual one, and what of a path comes before ours. */
function baseOf({ host, proxied }: PageRequest, { publicUrl, port, domains }: PublicPlace): string {
  if (publicUrl !== undefined) {
    const { host: at, pathname } = new URL(publicUrl)
    return `${at}${pathname.replace(/\/+$/, '')}`
  }
  const match = HOST.exec(host ?? '')
  const name = match?.[1] ?? domains[0]!
  if (proxied) return `${name}${match?.[2] ?? ''}`
  return `${name}${port === 0 || port === 443 ? '' : `:${port}`}`
}

const HOST = /^([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i

/** The served domain that the client came for. */
function domainOf({ host }: PageRequest, { domains }: PublicPlace): string {
  const name = HOST.exec(host ?? '')?.[1]?.toLowerCase()
  return domains.find((domain) => domain === name) ?? domains[0]!
}
