import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HeliographConfig } from '@heliograph/config'
import { isSigned, SIGNATURE_HEADER } from '@heliograph/events'
import type { Events, RpcClient } from '@heliograph/rpc'
import type { Logger } from '@heliograph/telemetry'
import { readBody } from './read-body.ts'

/** Sources of events post to addresses below it. */
export const EVENTS_PATH = '/events/'
const MOST_BYTES = 131_072
/** At one edge. */
const UNDER_WAY_MAX = 100
const TIMEOUT_MS = 25_000
const RETRY_SECONDS = '5'

/** What came to pass, as HTTP says it; everything else is 422. */
const STATUS: Readonly<Record<string, number>> = {
  '': 200,
  'bad-request': 400,
  forbidden: 403,
  'item-not-found': 404,
  conflict: 409,
  'resource-constraint': 503,
  'recipient-unavailable': 503,
  'internal-server-error': 503,
}

export interface EventsParts {
  readonly sources: HeliographConfig['events']['sources']
  /** Any pubsub instance. */
  readonly publisher: Pick<RpcClient<Events>, 'publish'>
  readonly log: Logger
}

/** Where other systems publish to nodes: a POST that is signed with the source's secret, answered when it is stored and told. */
export class EventsEndpoint {
  readonly #parts: EventsParts
  readonly #secrets: ReadonlyMap<string, string>
  #underWay = 0

  constructor(parts: EventsParts) {
    this.#parts = parts
    this.#secrets = new Map(
      parts.sources.flatMap(({ name, password }) => (password === undefined ? [] : [[name, password] as const])),
    )
  }

  /** `received` is called when the request has come completely. */
  answer(request: IncomingMessage, response: ServerResponse, received: () => void): void {
    const refuse = (status: number, condition: string) => reply(response, status, { condition })
    const source = (request.url ?? '').slice(EVENTS_PATH.length)
    const secret = this.#secrets.get(source)
    if (secret === undefined) return refuse(404, 'item-not-found')
    if (request.method !== 'POST') return refuse(405, 'not-allowed')
    readBody(request, MOST_BYTES, {
      tooLarge: () => {
        response.setHeader('connection', 'close')
        refuse(413, 'policy-violation')
      },
      done: (body) => {
        received()
        const header = request.headers[SIGNATURE_HEADER]
        const now = Math.floor(Date.now() / 1000)
        if (typeof header !== 'string' || !isSigned(header, { secret, body, now })) refuse(401, 'not-authorized')
        else if (this.#underWay >= UNDER_WAY_MAX) refuse(503, 'resource-constraint')
        else void this.#publish(source, body.toString(), response)
      },
    })
  }

  async #publish(source: string, body: string, response: ServerResponse): Promise<void> {
    const { publisher, log } = this.#parts
    this.#underWay++
    try {
      const published = await publisher.publish({ source, body, localOnly: false }, { timeoutMs: TIMEOUT_MS })
      const { condition, item } = published
      reply(response, STATUS[condition] ?? 422, condition === '' ? { item } : { condition })
    } catch (error) {
      log.warn('event_not_published', { source, error })
      reply(response, 503, { condition: 'recipient-unavailable' })
    } finally {
      this.#underWay--
    }
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed) return
  const headers = { 'content-type': 'application/json', ...(status === 503 && { 'retry-after': RETRY_SECONDS }) }
  response.writeHead(status, headers).end(`${JSON.stringify(body)}\n`)
}
