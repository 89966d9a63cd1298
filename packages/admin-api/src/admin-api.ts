import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type CertificateFiles, CertificateStore, type TlsPolicy } from '@heliograph/certificates'
import { aboutOf, type GivenToken, type WrongTokens } from '@heliograph/rpc'
import type { Telemetry } from '@heliograph/telemetry'
import { consoleFiles } from './console.ts'
import { openApi } from './openapi.ts'
import { Problem, problemOf } from './problem.ts'
import { readBody } from './read-body.ts'
import { requestOf } from './request-of.ts'
import { resultOf } from './result-of.ts'
import { type AdminService, findRoute, perform, type Route, routesOf } from './routes.ts'
import { confine, ensureHeard, Tokens } from './tokens.ts'

export interface AdminApiOptions {
  readonly at: { readonly host: string; readonly port: number }
  /** Without it plain HTTP. */
  readonly certificate: CertificateFiles | undefined
  readonly tls: TlsPolicy
  readonly tokens: readonly GivenToken[]
  /** Where they are counted when nobody knows them. */
  readonly wrongTokens: WrongTokens
  readonly services: readonly AdminService[]
  /** Of the release. */
  readonly version: string
  readonly telemetry: Pick<Telemetry, 'log' | 'metrics'>
  readonly signal: AbortSignal
}

export interface AdminApi extends AsyncDisposable {
  /** `host:port` as bound. */
  readonly address: string
  /** From now on these let in, and no others. */
  setTokens(tokens: readonly GivenToken[]): void
}

const MOST_CONNECTIONS = 256
const OPEN_API = '/v1/openapi.json'

/**
 * Answers requests of administrators.
 *
 * @throws when the address can't be bound, or the certificate not be loaded
 */
export async function startAdminApi(options: AdminApiOptions): Promise<AdminApi> {
  const { at, certificate, telemetry, signal } = options
  const answers = new Answers(options)
  const listener: RequestListener = (request, response) => void answers.answer(request, response)
  await using opened = new AsyncDisposableStack()
  const limits = { requestTimeout: 30_000, headersTimeout: 10_000, maxHeaderSize: 16_384 }
  let server: Server
  if (certificate === undefined) server = createServer(limits, listener)
  else {
    const certificates = [{ domain: 'administration', files: certificate }]
    const store = opened.use(
      await CertificateStore.open({ certificates, policy: options.tls, log: telemetry.log, signal }),
    )
    const secure = createSecureServer({ ...limits, SNICallback: store.sniCallback }, listener)
    store.attach(secure)
    server = secure
  }
  server.maxConnections = MOST_CONNECTIONS
  server.listen(at.port, at.host)
  await once(server, 'listening')
  opened.defer(async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  })
  const bound = server.address() as AddressInfo
  const kept = opened.move()
  return {
    address: bound.family === 'IPv6' ? `[${bound.address}]:${bound.port}` : `${bound.address}:${bound.port}`,
    setTokens: (tokens) => answers.setTokens(tokens),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

class Answers {
  readonly #routes: readonly Route[]
  #tokens: Tokens
  readonly #wrongTokens: WrongTokens
  readonly #document: string
  readonly #console = consoleFiles()
  readonly #log: Telemetry['log']
  readonly #count: (status: number) => void

  constructor({ services, tokens, wrongTokens, version, telemetry: { log, metrics } }: AdminApiOptions) {
    this.#routes = routesOf(services)
    this.#wrongTokens = wrongTokens
    this.#tokens = new Tokens(tokens, wrongTokens)
    this.#document = JSON.stringify(openApi(this.#routes, version))
    this.#log = log
    const counted = (status: string) =>
      metrics.counter(
        'heliograph_admin_requests_total',
        'Requests for administration over HTTP, by the class of their status',
        {
          status,
        },
      )
    const classes = ['2xx', '4xx', '5xx'].map(counted)
    this.#count = (status) => classes[status < 300 ? 0 : status < 500 ? 1 : 2]!.add()
  }

  setTokens(tokens: readonly GivenToken[]): void {
    this.#tokens = new Tokens(tokens, this.#wrongTokens)
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET' && this.#shows(pathOf(request), response)) return
    try {
      this.#send(response, 200, await this.#handle(request))
    } catch (error) {
      const problem = problemOf(error)
      if (problem.status === 500) this.#log.error('admin_failed', { path: pathOf(request), error })
      // What is left of the body isn't read.
      const headers = request.complete ? problem.headers : { ...problem.headers, connection: 'close' }
      this.#send(response, problem.status, JSON.stringify(problem), {
        ...headers,
        'content-type': 'application/problem+json',
      })
    }
  }

  /** The console, which anybody may see who reaches this: it shows nothing without a token. */
  #shows(path: string, response: ServerResponse): boolean {
    const file = this.#console.get(path)
    if (file !== undefined) response.writeHead(200, file.headers).end(file.body)
    else if (path === '/' || path === '/console') response.writeHead(302, { location: 'console/' }).end()
    else return false
    this.#count(response.statusCode)
    return true
  }

  async #handle(request: IncomingMessage): Promise<string> {
    if (request.method === 'GET' && pathOf(request) === OPEN_API) return this.#document
    const found = findRoute(this.#routes, request.method ?? '', pathOf(request))
    const { route } = found
    const address = request.socket.remoteAddress ?? ''
    const entry = { via: 'http', peer: address, method: route.method.name }
    const { authorization } = request.headers
    ensureHeard(this.#wrongTokens, authorization, address)
    const grant = this.#heard(entry, () => this.#tokens.allow(authorization, route.http.scope, address))
    const body = await readBody(request)
    const { searchParams: query } = new URL(request.url ?? '/', 'http://localhost')
    const call = requestOf(found, { query, body })
    this.#heard(entry, () => confine(grant, call))
    let outcome = 'done'
    try {
      return JSON.stringify(resultOf(route.method.reply, await perform(route, call)))
    } catch (error) {
      outcome = problemOf(error).condition
      throw error
    } finally {
      if (route.http.scope !== 'read')
        this.#log.info('admin_called', { ...entry, by: grant.name, about: aboutOf(call), outcome })
    }
  }

  /** Who isn't let in is logged. */
  #heard<Found>(entry: Readonly<Record<string, string>>, judge: () => Found): Found {
    try {
      return judge()
    } catch (error) {
      this.#log.warn('admin_refused', { ...entry, reason: error instanceof Problem ? error.message : '' })
      throw error
    }
  }

  #send(response: ServerResponse, status: number, body: string, headers: Readonly<Record<string, string>> = {}): void {
    this.#count(status)
    if (response.destroyed) return
    response
      .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
      .end(`${body}\n`)
  }
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?')[0]!
}
