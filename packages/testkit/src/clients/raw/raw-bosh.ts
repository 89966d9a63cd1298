import { randomInt } from 'node:crypto'
import { type Agent, Agent as HttpAgent, type IncomingHttpHeaders, request as requestHttp } from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { escapeAttribute } from '@heliograph/xml'

export interface RawBoshOptions {
  readonly host?: string
  /** Where requests go, taking turns. */
  readonly ports: readonly number[]
  readonly secure?: boolean
  /** PEM of the authority that the certificate is checked against; without it any is accepted. */
  readonly ca?: string | undefined
  readonly path?: string
  readonly localAddress?: string
  /** Sent with each request. */
  readonly headers?: Readonly<Record<string, string>>
}

export interface BoshResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** Attributes of the body. */
  readonly attributes: Readonly<Record<string, string>>
  /** What is inside of it. */
  readonly content: string
}

export type BoshAttributes = Readonly<Record<string, string | number | undefined>>

/** A BOSH client's requests under full control of the test (XEP-0124). It keeps the sid, and counts the rid up where it isn't told one. */
export class RawBosh {
  readonly #options: RawBoshOptions
  readonly #agent: Agent
  readonly #gone = new AbortController()
  #turn = 0
  rid = randomInt(1, 2 ** 40)
  sid: string | undefined = undefined

  constructor(options: RawBoshOptions) {
    this.#options = options
    this.#agent = options.secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true })
  }

  /** Creates a session with a new sid; what the attributes don't say is usual. */
  async create(domain: string, attributes: BoshAttributes = {}, port?: number): Promise<BoshResponse> {
    this.sid = undefined
    const usual = { to: domain, ver: '1.11', wait: 30, hold: 1, 'xml:lang': 'en', 'xmpp:version': '1.0' }
    const response = await this.post({ ...usual, ...attributes }, '', port)
    this.sid = response.attributes.sid
    return response
  }

  /** Sends a body with the next rid, unless the attributes say another. */
  post(attributes: BoshAttributes = {}, payload = '', port?: number): Promise<BoshResponse> {
    if (!('rid' in attributes)) this.rid++
    return this.raw(bodyOf({ rid: this.rid, sid: this.sid, ...attributes }, payload), port)
  }

  /** Sends bytes as they are. */
  raw(body: string | Uint8Array, port?: number): Promise<BoshResponse> {
    const { host = '127.0.0.1', ports, secure, ca, path = '/http-bind', headers, localAddress } = this.#options
    const to = port ?? ports[this.#turn++ % ports.length]!
    const trust = ca === undefined ? { rejectUnauthorized: false } : { ca }
    return new Promise((resolve, reject) => {
      const request = (secure ? requestHttps : requestHttp)({
        host,
        port: to,
        path,
        method: 'POST',
        agent: this.#agent,
        signal: this.#gone.signal,
        ...(localAddress && { localAddress }),
        headers: { 'content-type': 'text/xml; charset=utf-8', 'content-length': Buffer.byteLength(body), ...headers },
        ...(secure && { servername: 'localhost', ...trust }),
      })
      request.on('error', reject)
      request.on('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, ...read(text) })
        })
      })
      request.end(body)
    })
  }

  /** Breaks off all requests without a word. */
  cut(): void {
    this.#gone.abort()
    this.#agent.destroy()
  }
}

function bodyOf(attributes: BoshAttributes, payload: string): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}='${escapeAttribute(String(value))}'`)
    .join('')
  const start = `<body xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh'${written}`
  return payload === '' ? `${start}/>` : `${start}>${payload}</body>`
}

function read(text: string): Pick<BoshResponse, 'attributes' | 'content'> {
  const match = /^<body([^>]*?)(\/?)>/.exec(text)
  if (match === null) return { attributes: {}, content: '' }
  const attributes = Object.fromEntries(
    [...match[1]!.matchAll(/([\w:]+)='([^']*)'/g)].map(([, name, value]) => [name, value]),
  ) as Record<string, string>
  return { attributes, content: match[2] === '/' ? '' : text.slice(match[0].length, text.lastIndexOf('</body>')) }
}
