import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ConfigError } from './config-error.ts'
import { loadConfig } from './load-config.ts'

const folder = mkdtempSync(join(tmpdir(), 'heliograph-config-'))
after(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

function mistakes(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.message.replaceAll(folder, '')
  }
  return assert.fail('the configuration was accepted')
}

test('without file and environment it is a standalone server for localhost', () => {
  const config = loadConfig({ env: {} })
  assert.equal(config.mode, 'standalone')
  assert.deepEqual(config.domains, [{ name: 'localhost' }])
  assert.deepEqual(config.listen.c2s, { host: '0.0.0.0', port: 5222 })
  assert.equal(config.registration.open, 'loopback')
  assert.equal(config.postgres.url, undefined)
  assert.deepEqual(config.streamManagement.requestEvery, { stanzas: 10, bytes: 65_536, seconds: 10 })
})

test('it is frozen all the way down', () => {
  const config = loadConfig({ env: {} }) as { listen: { c2s: { port: number } } }
  assert.throws(() => {
    config.listen.c2s.port = 1
  }, TypeError)
})

test('an instance id differs at each start and has a form that fits in a subject', () => {
  const first = loadConfig({ env: { HELIOGRAPH_INSTANCE: 'edge' } }).instance
  const second = loadConfig({ env: { HELIOGRAPH_INSTANCE: 'edge' } }).instance
  assert.match(first, /^edge-[0-9a-f]{8}$/)
  assert.notEqual(first, second)
  assert.match(loadConfig({ env: {} }).instance, /^[a-z0-9][a-z0-9-]*$/)
})

test('the environment beats the file, in every form', () => {
  const path = file(
    'a.yaml',
    'domains: [{name: example.org, certificate: {cert: c, key: k}}]\nlisten: {c2s: 1}\nnats: {user: u}\n',
  )
  const config = loadConfig({
    file: path,
    env: {
      HELIOGRAPH_DOMAIN: 'example.org, Example.NET',
      HELIOGRAPH_LISTEN_C2S: '127.0.0.1:15222',
      HELIOGRAPH_LISTEN_S2S: 'false',
      HELIOGRAPH_LISTEN_HTTP: '[::1]:0',
      HELIOGRAPH_NATS_SERVERS: 'nats://a:4222,nats://b:4222',
      HELIOGRAPH_STREAM_MANAGEMENT_RESUME_SECONDS: '30',
      HELIOGRAPH_TLS_REQUIRED: 'false',
      HELIOGRAPH_SESSION_SERVICE_HOST: '10.0.0.1',
    },
  })
  assert.deepEqual(config.domains, [
    { name: 'example.org', certificate: { cert: 'c', key: 'k' } },
    { name: 'example.net' },
  ])
  assert.deepEqual(config.listen.c2s, { host: '127.0.0.1', port: 15_222 })
  assert.equal(config.listen.s2s, false)
  assert.deepEqual(config.listen.http, { host: '::1', port: 0 })
  assert.deepEqual(config.nats.servers, ['nats://a:4222', 'nats://b:4222'])
  assert.equal(config.nats.user, 'u')
  assert.equal(config.streamManagement.resumeSeconds, 30)
  assert.equal(config.tls.required, false)
})

test('secrets come from mounted files, named in the file or in the environment', () => {
  const secret = file('secret', 'pencil\n')
  const path = file(
    'b.yaml',
    `accounts: [{jid: a@localhost, passwordFile: ${secret}}]\nredis: {passwordFile: ${secret}}\n`,
  )
  const config = loadConfig({
    file: path,
    env: { HELIOGRAPH_NATS_PASSWORD_FILE: secret, HELIOGRAPH_REDIS_PASSWORD: 'brush' },
  })
  assert.deepEqual(config.accounts, [{ jid: 'a@localhost', password: 'pencil' }])
  assert.equal(config.nats.password, 'pencil')
  assert.equal(config.redis.password, 'brush')
  assert.ok(!('passwordFile' in config.redis))
})

test('a component’s secret comes from the file, a mounted file or a variable', () => {
  const secret = file('component-secret', 'pencil\n')
  const path = file(
    'components.yaml',
    `domains: [{name: a.example}]
components:
  - { domains: [sms.a.example], password: brush }
  - { domains: [mail.a.example, fax.a.example], passwordFile: ${secret} }
  - { domains: [push.example], passwordVariable: PUSH_SECRET }
`,
  )
  const { components } = loadConfig({ file: path, env: { PUSH_SECRET: 'chalk' } })
  assert.deepEqual(
    components.map(({ domains, password }) => [domains.join(), password]),
    [
      ['sms.a.example', 'brush'],
      ['mail.a.example,fax.a.example', 'pencil'],
      ['push.example', 'chalk'],
    ],
  )
  const text = mistakes(() => loadConfig({ file: path, env: {} }))
  assert.match(text, /components\.2\.passwordVariable: the variable PUSH_SECRET isn't set/)
})

test('a component has domains of its own, and a secret', () => {
  const path = file(
    'strange-components.yaml',
    `domains: [{name: a.example}]
components:
  - { domains: [y.a.example] }
`,
  )
  const text = mistakes(() => loadConfig({ file: path, env: {} }))
  assert.match(text, /components\.0: needs a password, a passwordFile or a passwordVariable/)
  const whole = file(
    'stranger-components.yaml',
    `domains: [{name: a.example}]
components:
  - { domains: [conference.a.example, x.a.example], password: brush }
  - { domains: [x.a.example], password: brush }
`,
  )
  const strange = mistakes(() => loadConfig({ file: whole, env: {} }))
  assert.match(strange, /components\.0\.domains\.0: conference\.a\.example is in use already/)
  assert.match(strange, /components\.1\.domains\.0: x\.a\.example is in use already/)
})

test('a component is delegated what the server can give away, once, and at one address', () => {
  const path = file(
    'delegations.yaml',
    `domains: [{name: a.example}]
components:
  - domains: [pubsub.b.example]
    password: brush
    delegations:
      - { namespace: 'http://jabber.org/protocol/pubsub' }
      - { namespace: 'urn:xmpp:mam:2', attributes: [node] }
      - { namespace: 'urn:xmpp:delegation:2:bare:disco#info:*' }
      - { namespace: 'urn:xmpp:delegation:2' }
      - { namespace: 'urn:xmpp:delegation:2:bare:disco#items:*', attributes: [node] }
      - { namespace: 'urn:ietf:params:xml:ns:xmpp-bind' }
  - { domains: [x.b.example, y.b.example], password: brush, delegations: [{ namespace: 'urn:xmpp:mam:2' }, { namespace: 'a:b' }] }
`,
  )
  const text = mistakes(() => loadConfig({ file: path, env: {} }))
  assert.deepEqual(
    text.match(/components\.\d\.delegations\.\d: .*/g)?.map((line) => line.replace(/ \(.*/, '')),
    [
      "components.0.delegations.3: urn:xmpp:delegation:2 can't be delegated",
      "components.0.delegations.4: urn:xmpp:delegation:2:bare:disco#items:* can't be filtered by attributes",
      "components.0.delegations.5: urn:ietf:params:xml:ns:xmpp-bind can't be delegated",
      'components.1.delegations.0: urn:xmpp:mam:2 is delegated already',
      'components.1.delegations.1: is for a component of one domain: give it an entry of its own',
    ],
  )
})

test('the proxy’s address is a component’s to have where there is no proxy', () => {
  const path = file(
    'proxy-component.yaml',
    `domains: [{name: a.example}]
components:
  - { domains: [proxy.a.example], password: brush }
`,
  )
  assert.deepEqual(loadConfig({ file: path, env: {} }).components[0]?.domains, ['proxy.a.example'])
  const text = mistakes(() => loadConfig({ file: path, env: { HELIOGRAPH_PROXY65_ENABLED: 'true' } }))
  assert.match(text, /components\.0\.domains\.0: proxy\.a\.example is in use already/)
})

test('one message lists everything wrong, with its place', () => {
  const path = file(
    'c.yaml',
    `mode: cluster
listen:
  c2s: nowhere
  c3s: 5222
accounts:
  - jid: alice
    password: sesame
  - jid: bob@localhost
nats: { password: sesame, passwordFile: /nonexistent }
leases: { ttlMs: 1000 }
`,
  )
  const text = mistakes(() => loadConfig({ file: path, env: { HELIOGRAPH_ARCHIVE_PAGE_MAX: 'many' } }))
  for (const line of [
    'listen.c2s: must be "host:port", a port or false (/c.yaml:3:8)',
    'listen.c3s: there is no such option (/c.yaml:4:8)',
    'accounts.0.jid: must be of the form user@domain (/c.yaml:6:10)',
    'accounts.1: needs a password or a passwordFile (/c.yaml:8:5)',
    'nats.passwordFile: password is given too: choose one (/c.yaml:9:41)',
    'archive.pageMax: Invalid input: expected number, received string (HELIOGRAPH_ARCHIVE_PAGE_MAX)',
    'leases: heartbeatMs must be at most a third of ttlMs (/c.yaml:10:9)',
    'nats.servers: is required in cluster mode (or set HELIOGRAPH_NATS_SERVERS)',
    'redis.url: is required in cluster mode (or set HELIOGRAPH_REDIS_URL)',
  ]) {
    assert.ok(text.includes(`  - ${line}\n`) || text.endsWith(`  - ${line}`), `${line}\nin\n${text}`)
  }
  assert.match(text, /^the configuration has 9 mistakes:/)
  assert.doesNotMatch(text, /sesame/)
})

test('a domain for users without accounts has none, of whatever kind', () => {
  const domains = [{ name: 'localhost' }, { name: 'guests.localhost', anonymous: {} }]
  const bearer = { domain: 'guests.localhost', issuer: 'i', audience: ['a'], jwksFile: 'k' }
  const accounts = [{ jid: 'a@Guests.localhost', password: 'x' }]
  const load = (more: object) => loadConfig({ file: file('i.yaml', JSON.stringify({ domains, ...more })), env: {} })
  assert.deepEqual(load({}).domains[1]?.anonymous, { loginsPerHour: 100, federation: false })
  const text = mistakes(() => load({ accounts, authentication: { bearer } }))
  assert.match(text, /accounts\.0\.jid: users of Guests\.localhost have no accounts/)
  assert.match(text, /bearer\.domain: users of guests\.localhost have no accounts/)
})

test('tokens of an issuer need its keys, safely had, and a domain that is served', () => {
  const text = (bearer: object) => JSON.stringify({ authentication: { bearer } })
  const good = {
    domain: 'localhost',
    issuer: 'https://i.example',
    audience: ['xmpp'],
    jwksUrl: 'https://i.example/keys',
  }
  const load = (bearer: object) => loadConfig({ file: file('h.yaml', text(bearer)), env: {} }).authentication.bearer
  assert.deepEqual(load(good)?.algorithms, ['RS256', 'ES256', 'EdDSA'])
  assert.equal(load({ ...good, jwksUrl: 'http://127.0.0.1:1/keys' })?.clockSkewSeconds, 30)
  for (const [changes, complaint] of [
    [{ domain: 'i.example' }, /bearer\.domain: i\.example is not among the domains/],
    [{ jwksUrl: 'http://i.example/keys' }, /bearer\.jwksUrl: must be https/],
    [{ jwksFile: '/keys.json' }, /bearer\.jwksUrl: is required, or jwksFile; not both/],
    [{ algorithms: ['HS256'] }, /bearer\.algorithms\.0/],
    [{ algorithms: ['none'] }, /bearer\.algorithms\.0/],
    [{ algorithms: [] }, /bearer\.algorithms/],
    [{ audience: [] }, /bearer\.audience/],
    [{ scope: 'two words' }, /bearer\.scope: must be one word/],
  ] as const)
    assert.match(
      mistakes(() => load({ ...good, ...changes })),
      complaint,
    )
})

test('an account of a domain that is not served is a mistake', () => {
  const text = (jid: string) => `domains: [{ name: Bücher.example }]\naccounts: [{ jid: ${jid}, password: x }]\n`
  assert.match(
    mistakes(() => loadConfig({ file: file('g.yaml', text('alice@localhost')), env: {} })),
    /accounts\.0\.jid: localhost is not among the domains \(.*g\.yaml:2:19\)/,
  )
  assert.equal(loadConfig({ file: file('g.yaml', text('alice@bücher.EXAMPLE')), env: {} }).accounts.length, 1)
})

test('a command may ask for its mode, which file and environment can contradict', () => {
  const env = { HELIOGRAPH_NATS_SERVERS: 'nats://a', HELIOGRAPH_REDIS_URL: 'redis://a' }
  assert.equal(loadConfig({ env, mode: 'cluster' }).mode, 'cluster')
  assert.equal(loadConfig({ env: { HELIOGRAPH_MODE: 'standalone' }, mode: 'cluster' }).mode, 'standalone')
})

test('a file that is missing, broken or no mapping is told', () => {
  assert.match(
    mistakes(() => loadConfig({ file: join(folder, 'none.yaml'), env: {} })),
    /cannot be read: ENOENT/,
  )
  assert.match(
    mistakes(() => loadConfig({ file: file('d.yaml', 'a: [1\n'), env: {} })),
    /\/d\.yaml:\d+:\d+/,
  )
  assert.match(
    mistakes(() => loadConfig({ file: file('e.yaml', '- a\n'), env: {} })),
    /must hold a mapping/,
  )
  assert.equal(loadConfig({ file: file('f.yaml', ''), env: {} }).mode, 'standalone')
})

test('a value and its file at once, or an unreadable file, is a mistake', () => {
  const both = { HELIOGRAPH_REDIS_URL: 'redis://a', HELIOGRAPH_REDIS_URL_FILE: '/nonexistent' }
  assert.match(
    mistakes(() => loadConfig({ env: both })),
    /HELIOGRAPH_REDIS_URL and HELIOGRAPH_REDIS_URL_FILE are both set/,
  )
  const unread = { HELIOGRAPH_POSTGRES_URL_FILE: '/nonexistent' }
  assert.match(
    mistakes(() => loadConfig({ env: unread })),
    /\/nonexistent cannot be read \(HELIOGRAPH_POSTGRES_URL_FILE\)/,
  )
})
