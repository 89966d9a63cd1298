import assert from 'node:assert/strict'
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { loadConfig } from '@heliograph/config'
import { Helm, hasHelm, type Manifest } from './helm.ts'
import { knownMetrics } from './known-metrics.ts'
import { typeErrors } from './kubernetes-types.ts'
import { metricsOf } from './promql.ts'
import { CHART, ROOT } from './root.ts'
import { configOf, of, type PodSpec, podOf, SERVICES, secretFilesOf, specOf } from './shape.ts'

const shapes = globSync('ci/*-values.yaml', { cwd: CHART })
  .map((path) => basename(path, '-values.yaml'))
  .sort()
const skip = hasHelm ? false : 'there is no helm for this machine: name one by HELM'
const rendered = new Map<string, Manifest[]>()
let helm: Helm

before(async () => {
  if (!hasHelm) return
  helm = await Helm.open()
  rendered.set('default', await helm.render())
  for (const shape of shapes) rendered.set(shape, await helm.render(shape))
})
after(() => helm?.[Symbol.asyncDispose]())

/** Runs for every shape and service. */
function each(check: (manifests: readonly Manifest[], service: string, shape: string) => void): void {
  assert.ok(rendered.size > 5)
  for (const [shape, manifests] of rendered) for (const service of SERVICES) check(manifests, service, shape)
}

/** Whether it keeps something in Postgres: edges don't, and gateways what other servers can't be brought. */
function stores(service: string, shape: string): boolean {
  return service === 's2s-gateway' ? shape === 'federation-components' : service !== 'connection-manager'
}

test('the chart lints strictly in every shape', { skip }, async () => {
  await helm.lint()
  for (const shape of shapes) await helm.lint(shape)
})

test('names of objects are there once, and belong to the release', { skip }, () => {
  for (const manifests of rendered.values()) {
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    assert.deepEqual(names, [...new Set(names)])
    for (const { metadata } of manifests) assert.match(metadata.name, /^hg-heliograph/)
  }
})

test('objects have no key and no value that Kubernetes and the operators do not know', { skip }, async () => {
  assert.deepEqual(await typeErrors([...rendered.values()].flat()), [])
  const deployment = (spec: object) => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'some' }, spec })
  const errors = await typeErrors([deployment({ replicas: '2' }), deployment({ replica: 2 })])
  assert.match(errors.join(), /'string' is not assignable to type 'number'.*"replica"' does not exist/)
})

test('a service takes the configuration that it is given, with the secrets that it is given', { skip }, () => {
  const root = mkdtempSync(join(tmpdir(), 'heliograph-chart-'))
  try {
    each((manifests, service, shape) => {
      const pod = podOf(manifests, service)
      const at = join(root, shape, service)
      for (const path of secretFilesOf(pod)) {
        const file = path.replace('/etc/heliograph', at)
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, 'a secret that is long enough for a token\n')
      }
      const file = join(at, 'heliograph.yaml')
      mkdirSync(at, { recursive: true })
      writeFileSync(file, configOf(manifests, service).replaceAll('/etc/heliograph', at))
      const given = pod.containers[0].env.map(({ name, value }) => [name, value?.replaceAll('/etc/heliograph', at)])
      const { HELIOGRAPH_CONFIG: _, HELIOGRAPH_LISTEN_ADVERTISE_HOST: __, ...env } = Object.fromEntries(given)
      const config = loadConfig({ file, env })
      assert.equal(config.mode, 'cluster')
      assert.equal(config.postgres.url !== undefined, stores(service, shape))
    })
  } finally {
    rmSync(root, { recursive: true })
  }
})

test('every file that a configuration names is mounted', { skip }, () => {
  each((manifests, service, shape) => {
    const mounted = secretFilesOf(podOf(manifests, service))
    const shown = ['connection-manager', 's2s-gateway'].includes(service)
    for (const [path] of configOf(manifests, service).matchAll(/\/etc\/heliograph\/[^\s?&]+/g))
      if (shown || !path.includes('/certificates/')) assert.ok(mounted.has(path), `${shape} ${service}: ${path}`)
  })
})

test('pods are restricted', { skip }, () => {
  each((manifests, service, shape) => {
    const { automountServiceAccountToken, securityContext, containers } = podOf(manifests, service)
    assert.equal(automountServiceAccountToken, false)
    assert.equal(securityContext.runAsNonRoot, true)
    assert.deepEqual(securityContext.seccompProfile, { type: 'RuntimeDefault' })
    const own = containers[0].securityContext
    assert.deepEqual(own.capabilities, { drop: ['ALL'] })
    assert.equal(own.allowPrivilegeEscalation, false)
    assert.equal(own.readOnlyRootFilesystem, shape !== 'tilt')
  })
})

test('the bundled servers are restricted, too, and only who needs them comes in', { skip }, () => {
  for (const [shape, manifests] of rendered) {
    const callers = { nats: 6, redis: 6, postgres: stores('s2s-gateway', shape) ? 6 : 5 }
    for (const { spec, metadata } of of(manifests, 'StatefulSet')) {
      const pod = (spec as { template: { spec: PodSpec } }).template.spec
      assert.equal(pod.securityContext.runAsNonRoot, true)
      assert.equal(pod.containers[0].securityContext.readOnlyRootFilesystem, true)
      assert.deepEqual(pod.containers[0].securityContext.capabilities, { drop: ['ALL'] })
      const policy = specOf<{ ingress: { from: unknown[] }[] }>(manifests, 'NetworkPolicy', metadata.name)
      const allowed = JSON.stringify(policy.ingress[0]?.from).match(/component":"[\w-]+/g)
      assert.equal(allowed?.length, callers[metadata.name.replace(/.*-/, '') as keyof typeof callers])
    }
  }
})

test('every Secret that is read is made by the chart, or given', { skip }, () => {
  each((manifests, service) => {
    const made = of(manifests, 'Secret').map(({ metadata }) => metadata.name)
    const ordered = of(manifests, 'Certificate').map(({ spec }) => (spec as { secretName: string }).secretName)
    for (const [, name = ''] of JSON.stringify(podOf(manifests, service)).matchAll(/"secretName":"(hg-[^"]+)"/g))
      assert.ok([...made, ...ordered].includes(name), `${service}: ${name}`)
  })
})

test('tables are migrated before any pod of a release, where Postgres is there by then', { skip }, () => {
  for (const [shape, manifests] of rendered) {
    const jobs = of(manifests, 'Job')
    assert.equal(jobs.length, shape === 'external-stores' ? 1 : 0, shape)
    for (const { metadata, spec } of jobs) {
      assert.equal(metadata.annotations?.['helm.sh/hook'], 'pre-install,pre-upgrade')
      const pod = (spec as { template: { spec: PodSpec } }).template.spec
      assert.deepEqual(pod.containers[0].command, ['standalone', '--migrate'])
      assert.equal(pod.containers[0].securityContext.readOnlyRootFilesystem, true)
      const env = pod.containers[0].env.map(({ name, value }) => [name, value])
      assert.ok(secretFilesOf(pod).has(Object.fromEntries(env).HELIOGRAPH_POSTGRES_PASSWORD_FILE))
    }
  }
})

test('probes ask by gRPC, where no certificate is needed', { skip }, () => {
  each((manifests, service) => {
    const container = podOf(manifests, service).containers[0]
    for (const probe of ['startup', 'liveness', 'readiness'] as const) {
      const { grpc } = container[`${probe}Probe`]
      assert.equal(grpc.service, probe)
      const mutual = configOf(manifests, service).includes('rpcMutual')
      assert.equal(grpc.port, mutual ? 5292 : 5290)
      assert.ok(configOf(manifests, service).includes(`0.0.0.0:${grpc.port}`))
    }
  })
})

test('a pod has the time that its drain may take', { skip }, () => {
  each((manifests, service, shape) => {
    const { terminationGracePeriodSeconds: grace, containers } = podOf(manifests, service)
    const seconds = Number(/drain:\n {2}pacePerSecond: \d+\n {2}seconds: (\d+)/.exec(configOf(manifests, service))?.[1])
    const before = containers[0].lifecycle?.preStop.sleep.seconds ?? 0
    assert.ok(seconds >= 25)
    assert.equal(grace, before + seconds + 5)
    if (shape === 'keda-monitoring' && service === 'connection-manager') assert.equal(seconds, 30_000 / 500 / 0.8)
  })
})

test('every service has its budget, and is scaled in one way at most', { skip }, () => {
  const known = knownMetrics()
  each((manifests, service, shape) => {
    const name = `hg-heliograph-${service}`
    assert.equal(of(manifests, 'PodDisruptionBudget', name).length, shape === 'tilt' ? 0 : 1)
    const scalers = [...of(manifests, 'HorizontalPodAutoscaler', name), ...of(manifests, 'ScaledObject', name)]
    const { replicas } = specOf<{ replicas?: number }>(manifests, 'Deployment', name)
    assert.equal(scalers.length, replicas === undefined ? 1 : 0, `${shape} ${service}`)
    for (const [, query = ''] of JSON.stringify(scalers).matchAll(/"query":"((?:[^"\\]|\\.)*)"/g))
      for (const metric of metricsOf(JSON.parse(`"${query}"`))) assert.ok(known.has(metric), metric)
  })
})

test('nothing is allowed but what is declared; only gateways leave; edges have no way to Postgres', {
  skip,
}, () => {
  each((manifests, service, shape) => {
    const none = specOf<{ ingress?: unknown; egress?: unknown }>(
      manifests,
      'NetworkPolicy',
      'hg-heliograph-default-deny',
    )
    assert.deepEqual([none.ingress, none.egress], [undefined, undefined])
    type Egress = { egress: { ports: { port: number }[]; to?: unknown }[] }
    const { egress } = specOf<Egress>(manifests, 'NetworkPolicy', `hg-heliograph-${service}`)
    const ports = egress.flatMap((rule) => rule.ports.map(({ port }) => port))
    const outside = egress.some(({ to }) => JSON.stringify(to ?? {}).includes('0.0.0.0/0'))
    assert.equal(outside, service === 's2s-gateway' && shape === 'federation-components', `${shape} ${service}`)
    assert.equal(ports.includes(5432), stores(service, shape), `${shape} ${service}`)
  })
})

test('administration over HTTP is reached by those that are named, where it is on; else it is at loopback', {
  skip,
}, () => {
  type Ingress = { ingress: { ports: { port: number }[]; from?: unknown }[] }
  each((manifests, service, shape) => {
    const { ingress } = specOf<Ingress>(manifests, 'NetworkPolicy', `hg-heliograph-${service}`)
    const admin = ingress.filter(({ ports }) => ports.some(({ port }) => port === 5293))
    const open = service === 'session' && shape === 'federation-components'
    assert.deepEqual(
      admin.map(({ from }) => from),
      open ? [[{ podSelector: { matchLabels: { app: 'provisioning' } } }]] : [],
    )
    assert.equal(
      of(manifests, 'Service', 'hg-heliograph-session-admin').length,
      shape === 'federation-components' ? 1 : 0,
    )
    const config = configOf(manifests, service)
    assert.equal(config.includes('admin: 0.0.0.0:5293'), open, `${shape} ${service}`)
    assert.equal(config.includes('name: watcher.example.org'), shape === 'federation-components', `${shape} ${service}`)
    const tokens = /\/etc\/heliograph\/tokens\/\d/.test(config)
    assert.equal(tokens, service === 'session' && ['external-stores', 'federation-components'].includes(shape))
  })
})

/** Which service answers a contract of gRPC; what every instance answers is only asked by session, for heliographctl. */
const ANSWERS: Readonly<Record<string, string>> = {
  accountsContract: 'session',
  adminContract: 'session',
  capabilitiesContract: 'session',
  eventsContract: 'pubsub',
  roomsContract: 'muc',
  webContract: 'connection-manager',
}

test('who calls another service by gRPC is let in there', { skip }, () => {
  const peers = rendered.get('default') ?? []
  for (const service of SERVICES) {
    const sources = globSync(`services/${service}/src/**/*.ts`, { cwd: ROOT }).filter(
      (path) => !path.endsWith('.test.ts'),
    )
    const text = sources.map((path) => readFileSync(`${ROOT}${path}`, 'utf8')).join('')
    for (const [contract] of text.matchAll(/\b[a-z]\w*Contract\b/g)) {
      // Every process answers for itself.
      const one =
        contract === 'instanceContract' ? SERVICES : [ANSWERS[contract] ?? assert.fail(`who answers ${contract}?`)]
      for (const answers of one) {
        const { ingress } = specOf<{ ingress: unknown[] }>(peers, 'NetworkPolicy', `hg-heliograph-${answers}`)
        assert.ok(JSON.stringify(ingress[0]).includes(`"${service}"`), `${service} may not call ${answers}`)
      }
    }
  }
})

test('Services, the Ingress and PodMonitors lead to ports that are there', { skip }, () => {
  for (const manifests of rendered.values()) {
    for (const { spec } of of(manifests, 'Service')) {
      const { ports, selector } = spec as { ports: { targetPort: string }[]; selector: Record<string, string> }
      const service = selector['app.kubernetes.io/component'] ?? ''
      if (!SERVICES.includes(service)) continue
      const names = podOf(manifests, service).containers[0].ports.map(({ name }) => name)
      for (const { targetPort } of ports) assert.ok(names.includes(targetPort), `${service} has no ${targetPort}`)
    }
    for (const monitor of of(manifests, 'PodMonitor')) assert.match(JSON.stringify(monitor.spec), /"port":"metrics"/)
  }
})

test('an upgrade that changes nothing changes no pod', { skip }, async () => {
  const again = await helm.render()
  for (const kind of ['Deployment', 'StatefulSet', 'ConfigMap'])
    assert.deepEqual(of(again, kind), of(rendered.get('default') ?? [], kind))
})

test('what does not exist is refused, and what would not start', { skip }, async () => {
  const wrong = [
    ['sesion.replicas=3', /sesion/],
    ['config.archive.retentionDay=3', /retentionDay/],
    ['config.redis.password=x', /password/],
    ['edge.loadBalancerIP=192.0.2.1', /loadBalancerIP/],
    ['connectionManager.autoscaling.kind=often', /must be one of/],
    ['redis.bundled.enabled=false', /redis\.url is needed/],
    ['config.uploads.store=directory', /secrets\.uploads\.existingSecret is needed/],
    ['rpcTls.enabled=true', /rpcTls needs/],
    ['adminApi.enabled=true', /adminApi\.tokens are needed/],
    ['config.adminApi.tokens[0].name=x', /tokens/],
  ] as const
  for (const [setting, message] of wrong) await assert.rejects(helm.render(undefined, setting), message)
})
