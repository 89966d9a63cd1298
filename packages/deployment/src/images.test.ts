import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { loadConfig } from '@heliograph/config'
import { parse } from 'yaml'
import { ROOT } from './root.ts'
import { SERVICES } from './shape.ts'

interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>
  readonly configs: Readonly<Record<string, { readonly content: string }>>
  readonly volumes: Readonly<Record<string, unknown>>
}

interface ComposeService {
  readonly command?: string | string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly depends_on?: Readonly<Record<string, unknown>> | string[]
  readonly configs?: readonly { readonly source: string }[]
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly healthcheck?: unknown
  readonly deploy?: { readonly replicas: number }
  readonly stop_grace_period?: string
}

const text = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8')
const compose = parse(text('docker-compose.yml'), { merge: true }) as Compose
const dockerfile = text('Dockerfile')
const mains = globSync('services/*/src/main.ts', { cwd: ROOT })
  .map((path) => path.split('/')[1] ?? '')
  .sort()
const variables = new Set(
  [...text('docs/configuration.md').matchAll(/`(HELIOGRAPH_[A-Z0-9_]+)`/g)].map(([, name]) => name),
)

test('the image has a command for every service, and compose starts two of each', () => {
  const commands = /for service in (.*); do/.exec(dockerfile)?.[1]?.split(' ').sort()
  assert.deepEqual(commands, mains)
  assert.deepEqual([...SERVICES, 'standalone'].sort(), mains)
  for (const name of SERVICES) {
    assert.equal(compose.services[name]?.command, name)
    assert.equal(compose.services[name]?.deploy?.replicas, 2)
  }
})

test('the image exposes the ports that services listen at', () => {
  const listed = [...text('docs/configuration.md').matchAll(/^\| `listen\.\w+` \| address \| `[\d.]+:(\d+)`/gm)]
  const exposed = /^EXPOSE (.*)$/m.exec(dockerfile)?.[1]?.split(' ')
  const proxy65 = '7777' // not without an address of its own for each gateway
  assert.deepEqual(
    exposed?.sort(),
    listed
      .map(([, port]) => port)
      .filter((port) => port !== proxy65)
      .sort(),
  )
})

test('what compose says to services is what they take', () => {
  for (const name of SERVICES) {
    const env = compose.services[name]?.environment ?? {}
    for (const variable of Object.keys(env)) assert.ok(variables.has(variable), variable)
    const filled = Object.entries(env).map(([key, value]) => [key, value.replace(/\$\{\w+:-(.*)\}/, '$1')])
    const config = loadConfig({ env: Object.fromEntries(filled) })
    assert.equal(config.mode, 'cluster')
    assert.equal(config.postgres.url === undefined, ['connection-manager', 's2s-gateway'].includes(name))
    assert.ok(Number.parseInt(compose.services[name]?.stop_grace_period ?? '', 10) >= config.drain.seconds + 5)
  }
})

test('what compose names is there: services, volumes, configurations, files', () => {
  for (const [name, { depends_on = [], configs = [], volumes = [] }] of Object.entries(compose.services)) {
    for (const other of Array.isArray(depends_on) ? depends_on : Object.keys(depends_on))
      assert.ok(compose.services[other], `${name}: ${other}`)
    for (const { source } of configs) assert.ok(compose.configs[source], `${name}: ${source}`)
    for (const volume of volumes) {
      const [from = ''] = volume.split(':')
      if (from.startsWith('./')) assert.ok(globSync(from, { cwd: ROOT }).length > 0, from)
      else assert.ok(from in compose.volumes, from)
    }
  }
})

test('HAProxy brings every port that is published to the edges, and is the only one they trust', () => {
  const config = compose.configs.haproxy?.content ?? ''
  for (const [, port] of compose.services.haproxy?.ports?.map((each) => each.split(':')) ?? []) {
    assert.ok(config.includes(`bind :${port}`), port)
    assert.match(config, new RegExp(`connection-manager:${port} .* send-proxy-v2`))
  }
  const address = (parse(text('docker-compose.yml')).services.haproxy.networks.inside as { ipv4_address: string })
    .ipv4_address
  const trusted = compose.services['connection-manager']?.environment?.HELIOGRAPH_PROXY_PROTOCOL_TRUSTED
  assert.equal(trusted, `${address}/32`)
})

test('the Tiltfile and the values for it know every service', () => {
  const names = /SERVICES = \[(.*)\]/.exec(text('Tiltfile'))?.[1]
  assert.deepEqual(
    [...(names ?? '').matchAll(/'([\w-]+)'/g)].map(([, name]) => name),
    SERVICES,
  )
  const values = text('charts/heliograph/ci/tilt-values.yaml')
  for (const name of SERVICES) assert.ok(values.includes(`services/${name}/src/main.ts`), name)
})
