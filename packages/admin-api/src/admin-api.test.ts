import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminContract, instanceContract, RpcError, roomsContract, WrongTokens } from '@heliograph/rpc'
import { type LogFields, type Logger, silentTelemetry } from '@heliograph/telemetry'
import { Validator } from '@seriousme/openapi-schema-validator'
import { type AdminService, startAdminApi } from './index.ts'
import { routesOf } from './routes.ts'

const TOKENS = [
  { name: 'all', scopes: ['read', 'users', 'operate'], password: 'a'.repeat(32) },
  { name: 'reader', scopes: ['read'], password: 'b'.repeat(32) },
  { name: 'verona', scopes: ['read', 'users', 'operate'], domains: ['verona.example'], password: 'd'.repeat(32) },
]

interface Asked {
  readonly method: string
  readonly request: unknown
}

/** A served API whose calls are noted and answered by `reply`. */
async function open(reply: (method: string) => unknown = () => ({ ok: true, condition: '' }), lines: unknown[] = []) {
  const asked: Asked[] = []
  const client = new Proxy(
    {},
    {
      get: (_, method: string) => async (request: unknown) => {
        asked.push({ method, request })
        return reply(method)
      },
    },
  )
  const services: AdminService[] = [
    { contract: adminContract, target: () => client },
    { contract: roomsContract, target: () => client },
    { contract: instanceContract, target: ({ instance }) => (instance === 'muc-1' ? client : undefined) },
  ]
  const api = await startAdminApi({
    at: { host: '127.0.0.1', port: 0 },
    certificate: undefined,
    tls: {},
    tokens: TOKENS,
    wrongTokens: new WrongTokens({ ...silentTelemetry(), log: noting(lines) }),
    services,
    version: '1.2.3',
    telemetry: { ...silentTelemetry(), log: noting(lines) },
    signal: AbortSignal.timeout(60_000),
  })
  const ask = async (line: string, body?: unknown, token: string | undefined = TOKENS[0]!.password) => {
    const [method = '', path = ''] = line.split(' ')
    const response = await fetch(`http://${api.address}${path}`, {
      method,
      headers: { ...(token && { authorization: `Bearer ${token}` }), 'content-type': 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const told = (await response.json()) as Record<string, unknown>
    return { status: response.status, told, headers: response.headers }
  }
  const get = (path: string) => fetch(`http://${api.address}${path}`)
  return { asked, ask, get, services, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() }
}

test('each method for administrators has a route of its own, and takes only what routes can carry', async () => {
  await using api = await open()
  const routes = routesOf(api.services)
  const internal = ['reloadRoom', 'answerQuestion', 'trace', 'watch']
  const methods = api.services.flatMap(({ contract }) => Object.values(contract.definition()))
  assert.deepEqual(
    routes.map(({ method }) => method.name).sort(),
    methods
      .map(({ originalName }) => originalName!)
      .filter((name) => !internal.includes(name))
      .sort(),
  )
  assert.equal(
    new Set(routes.map(({ http }) => `${http.method} ${http.path.replace(/\{\w+\}/g, '{}')}`)).size,
    routes.length,
  )
  for (const { method, http } of routes) {
    const fields = new Map(method.request.fields.map((field) => [field.name, field]))
    for (const { scalar, form } of fields.values()) {
      assert.ok(form === 'single' && ['string', 'bool', 'uint32'].includes(scalar ?? ''), method.name)
    }
    for (const [, name] of http.path.matchAll(/\{(\w+)\}/g)) assert.ok(fields.has(name!), http.path)
  }
})

/** A log whose lines are kept. */
function noting(lines: unknown[]): Logger {
  const note = (event: string, fields?: LogFields) => lines.push({ event, ...fields })
  return { ...silentTelemetry().log, info: note, warn: note }
}

test('what changes something is logged with who did it, and so is who was not let in; never a password', async () => {
  const lines: unknown[] = []
  await using api = await open(() => ({ ok: false, condition: 'conflict' }), lines)
  await api.ask('POST /v1/users', { jid: 'a@b', password: 'secret' })
  await api.ask('GET /v1/users')
  await api.ask('DELETE /v1/users/a%40b', undefined, TOKENS[1]!.password)
  const entry = { via: 'http', peer: '127.0.0.1' }
  assert.deepEqual(lines, [
    { event: 'admin_called', ...entry, method: 'createUser', by: 'all', about: { jid: 'a@b' }, outcome: 'conflict' },
    {
      event: 'admin_refused',
      ...entry,
      method: 'deleteUser',
      reason: 'reader may not do this: it needs the scope users',
    },
  ])
})

test('the document is OpenAPI', async () => {
  await using api = await open()
  const { status, told } = await api.ask('GET /v1/openapi.json', undefined, '')
  assert.equal(status, 200)
  const verdict = await new Validator().validate(told)
  assert.deepEqual([verdict.valid, verdict.errors], [true, undefined])
  const text = JSON.stringify(told)
  for (const word of ['localOnly', '"ok"']) assert.ok(!text.includes(word), word)
})

test('fields come from the path, the query and the body', async () => {
  await using api = await open((method) =>
    method === 'listUsers'
      ? { users: [{ jid: 'a@b', createdAt: 1 }], next: '' }
      : { ok: true, condition: '', text: '' },
  )
  const made = await api.ask('POST /v1/users', { jid: 'alice@localhost', password: 'secret' })
  assert.deepEqual([made.status, made.told], [200, {}])
  const listed = await api.ask('GET /v1/users?domain=localhost&max=5')
  assert.deepEqual([listed.status, listed.told], [200, { users: [{ jid: 'a@b', createdAt: 1 }], next: '' }])
  await api.ask('PUT /v1/users/alice%40localhost/disabled', { disabled: true })
  await api.ask('DELETE /v1/invites/7')
  await api.ask('POST /v1/instances/muc-1/drain')
  assert.deepEqual(api.asked, [
    { method: 'createUser', request: { jid: 'alice@localhost', password: 'secret', force: false } },
    { method: 'listUsers', request: { domain: 'localhost', after: '', max: 5 } },
    { method: 'setUserDisabled', request: { jid: 'alice@localhost', disabled: true } },
    { method: 'revokeInvite', request: { number: 7 } },
    { method: 'drain', request: { instance: 'muc-1' } },
  ])
})

test('what a route can not take is refused, and nothing is called', async () => {
  await using api = await open()
  const refused: [line: string, body: unknown, status: number][] = [
    ['GET /v1/nothing', undefined, 404],
    ['PATCH /v1/users', {}, 405],
    ['GET /v1/instances/muc-2', undefined, 404],
    ['POST /v1/users', { jid: 'a@b', password: 'p', colour: 'red' }, 400],
    ['POST /v1/users', { jid: 7, password: 'p' }, 400],
    ['POST /v1/users', '[]', 400],
    ['POST /v1/users', '{', 400],
    ['POST /v1/users', '{"__proto__":"x"}', 400],
    ['POST /v1/users?jid=a@b', { password: 'p' }, 400],
    ['POST /v1/users', { jid: 'a@b', password: 'p'.repeat(70_000) }, 413],
    ['GET /v1/users?max=many', undefined, 400],
    ['GET /v1/users?max=1&max=2', undefined, 400],
    ['GET /v1/sessions?localOnly=true', undefined, 400],
    ['DELETE /v1/users/a%40b?localOnly=true', undefined, 400],
    ['PUT /v1/users/a%40b/disabled', { jid: 'c@d', disabled: true }, 400],
    ['GET /v1/users/%zz/retention', undefined, 400],
  ]
  for (const [line, body, status] of refused) {
    const reply = await api.ask(line, body)
    assert.deepEqual([line, reply.status, reply.told.status], [line, status, status])
    assert.equal(reply.headers.get('content-type'), 'application/problem+json')
  }
  assert.deepEqual(api.asked, [])
})

test('tokens let in where their scopes allow', async () => {
  await using api = await open()
  for (const token of ['', 'c'.repeat(32)]) {
    const { status, headers } = await api.ask('GET /v1/users', undefined, token)
    assert.equal(status, 401)
    assert.match(headers.get('www-authenticate') ?? '', /^Bearer/)
  }
  assert.equal((await api.ask('GET /v1/users', undefined, TOKENS[1]!.password)).status, 200)
  const narrow = await api.ask('DELETE /v1/users/a%40b', undefined, TOKENS[1]!.password)
  assert.equal(narrow.status, 403)
  assert.match(narrow.headers.get('www-authenticate') ?? '', /insufficient_scope.*users/)
  assert.equal(api.asked.length, 1)
})

test('after ten wrong tokens none from there is looked at, and the log says so once', async () => {
  const lines: unknown[] = []
  await using api = await open(undefined, lines)
  const statuses: number[] = []
  for (let tried = 0; tried < 12; tried++)
    statuses.push((await api.ask('GET /v1/users', undefined, `${tried}`.repeat(32))).status)
  assert.deepEqual(statuses, [...Array(10).fill(401), 429, 429])
  const { status, told, headers } = await api.ask('GET /v1/users')
  assert.deepEqual([status, told.condition, Number(headers.get('retry-after')) > 0], [429, 'RESOURCE_EXHAUSTED', true])
  assert.equal((await api.ask('GET /v1/users', undefined, '')).status, 401)
  assert.equal(lines.filter((line) => (line as { event: string }).event === 'admin_throttled').length, 1)
  assert.equal(api.asked.length, 0)
})

test('a token for some domains lets in to what is about those, and nothing else is called', async () => {
  const lines: unknown[] = []
  await using api = await open(() => ({ ok: true, condition: '' }), lines)
  const { password: token } = TOKENS[2]!
  const asked: [line: string, body: unknown, status: number][] = [
    ['POST /v1/users', { jid: 'romeo@verona.example', password: 'p' }, 200],
    ['GET /v1/users?domain=verona.example', undefined, 200],
    ['DELETE /v1/users/romeo%40VERONA.example', undefined, 200],
    ['GET /v1/rooms?domain=conference.verona.example', undefined, 200],
    ['POST /v1/users', { jid: 'romeo@mantua.example', password: 'p' }, 403],
    ['GET /v1/users', undefined, 403],
    ['GET /v1/sessions', undefined, 403],
    ['DELETE /v1/invites/7', undefined, 403],
    ['GET /v1/instances', undefined, 403],
    ['POST /v1/instances/muc-1/drain', undefined, 403],
    ['POST /v1/invites', { jid: 'verona.example', inviter: 'friar@mantua.example' }, 403],
  ]
  for (const [line, body, status] of asked) assert.equal((await api.ask(line, body, token)).status, status, line)
  assert.equal(api.asked.length, 4)
  const refusals = lines.filter((line) => (line as { event: string }).event === 'admin_refused')
  assert.equal(refusals.length, 7)
})

test('what is refused and what fails has a status', async () => {
  let reply = (): unknown => undefined
  await using api = await open(() => reply())
  const fails = (error: Error) => () => {
    throw error
  }
  const cases: [() => unknown, number, string][] = [
    [() => ({ ok: false, condition: 'conflict', text: '' }), 409, 'conflict'],
    [() => ({ ok: false, condition: 'item-not-found' }), 404, 'item-not-found'],
    [() => ({ ok: false, condition: 'not-acceptable', text: 'too short' }), 422, 'not-acceptable'],
    [fails(new RpcError('UNAVAILABLE', 'gone')), 503, 'UNAVAILABLE'],
    [fails(new RpcError('DEADLINE_EXCEEDED', 'late')), 504, 'DEADLINE_EXCEEDED'],
    [fails(new Error('a secret')), 500, 'INTERNAL'],
  ]
  for (const [given, status, condition] of cases) {
    reply = given
    const { told } = await api.ask('POST /v1/users', { jid: 'a@b', password: 'p' })
    assert.deepEqual([told.status, told.condition], [status, condition])
    assert.notEqual(told.detail, 'a secret')
  }
})

test('the console is shown to anybody, and nothing beside its files', async () => {
  await using api = await open()
  const page = await api.get('/')
  assert.deepEqual([page.status, new URL(page.url).pathname], [200, '/console/'])
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/)
  const html = await page.text()
  const linked = [...html.matchAll(/(?:href|src)="(console[^"]+)"/g)].map(([, file]) => file!)
  assert.equal(linked.length, 2)
  for (const file of linked) assert.equal((await api.get(`/console/${file}`)).status, 200, file)
  for (const path of ['/console/../package.json', '/console/%2e%2e/package.json', '/console/none.js'])
    assert.equal((await api.get(path)).status, 404, path)
})
