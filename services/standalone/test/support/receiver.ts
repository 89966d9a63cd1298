import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isSigned, SIGNATURE_HEADER, sign } from '@heliograph/events'

/** An event as it is posted. */
export interface PostedEvent {
  readonly id: string
  readonly type: string
  readonly service: string
  readonly node: string
  readonly publisher: string
  readonly at: string
  readonly item?: string
  readonly payload?: string
}

/** Another system, to which events are posted: answers with `status`, and keeps what it took with 200. */
export class Receiver implements AsyncDisposable {
  readonly taken: PostedEvent[] = []
  readonly secret: string
  status = 200
  requests = 0
  /** Requests whose signature wasn't good. */
  forged = 0
  port = 0
  #server: Server | undefined

  constructor(secret: string) {
    this.secret = secret
  }

  static async start(secret: string): Promise<Receiver> {
    const receiver = new Receiver(secret)
    await receiver.open()
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`
  }

  /** Listens, at the same port as before. */
  async open(): Promise<void> {
    this.#server = createServer((request, response) => void this.#take(request, response))
    this.#server.listen(this.port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.port = (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  /** What it took of a node, without what it took again. */
  of(node: string): PostedEvent[] {
    const seen = new Set<string>()
    return this.taken.filter(({ id, node: at }) => at === node && !seen.has(id) && seen.add(id) !== undefined)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    this.requests++
    const header = request.headers[SIGNATURE_HEADER]
    const now = Math.floor(Date.now() / 1000)
    if (!isSigned(header as string | undefined, { secret: this.secret, body, now })) this.forged++
    else if (this.status === 200) this.taken.push(...(JSON.parse(body.toString()) as { events: PostedEvent[] }).events)
    response.writeHead(this.status).end()
  }
}

/** Posts to an edge as a source of events does. */
export async function post(
  port: number | undefined,
  source: string,
  { body, secret }: { readonly body: string; readonly secret: string },
): Promise<{ readonly status: number; readonly item: string | undefined; readonly condition: string | undefined }> {
  const headers = { [SIGNATURE_HEADER]: sign(secret, body, Math.floor(Date.now() / 1000)) }
  const response = await fetch(`http://127.0.0.1:${port}/events/${source}`, { method: 'POST', headers, body })
  const answer = (await response.json()) as { item?: string; condition?: string }
  return { status: response.status, item: answer.item, condition: answer.condition }
}
