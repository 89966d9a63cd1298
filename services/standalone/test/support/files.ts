import { type RequestOptions, request } from 'node:https'
import type { RawClient, Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'

export const NS_UPLOAD = 'urn:xmpp:http:upload:0'

export interface SlotWish {
  readonly name?: string
  readonly size: number | string
  readonly type?: string
  /** What goes into the request: its purpose. */
  readonly inside?: string
}

export interface Slot {
  readonly put: string
  readonly get: string
}

let ids = 0

export async function askForSlot(
  client: RawClient,
  { name = 'a file.txt', size, type, inside = '' }: SlotWish,
): Promise<Element> {
  const to = `upload.${client.jid.split('@')[1]?.split('/')[0]}`
  const typed = type === undefined ? '' : ` content-type='${type}'`
  const payload = `<request xmlns='${NS_UPLOAD}' filename='${name}' size='${size}'${typed}>${inside}</request>`
  return client.request(`<iq type='get' id='slot-${ids++}' to='${to}'>${payload}</iq>`)
}

export async function slotOf(client: RawClient, wish: SlotWish): Promise<Slot> {
  const answer = await askForSlot(client, wish)
  const slot = answer.getChild('slot', NS_UPLOAD)
  const [put, get] = ['put', 'get'].map((name) => slot?.getChild(name)?.attrs.url)
  if (!put || !get) throw new Error(`no slot: ${answer}`)
  return { put, get }
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

export interface Sending {
  readonly method?: string
  readonly headers?: RequestOptions['headers']
  readonly body?: Uint8Array
}

/** A request for the path of a link, at whichever edge. */
export function transfer(
  site: Site,
  edge: number,
  link: string,
  { method = 'GET', headers = {}, body }: Sending = {},
): Promise<Reply> {
  const { pathname, search } = new URL(link)
  const length = body && method === 'PUT' ? { 'content-length': body.length } : {}
  return new Promise((resolve, reject) => {
    const { https } = site.edge(edge)
    const sent = request(
      {
        host: '127.0.0.1',
        servername: site.domain,
        port: https,
        ca: site.certificate,
        method,
        path: pathname + search,
        headers: { ...length, ...headers },
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}
