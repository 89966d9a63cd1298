import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CertificateStore, ensureSelfSigned } from '@heliograph/certificates'
import { loadConfig } from '@heliograph/config'
import { ensureDomain } from '@heliograph/jid'
import { Taps } from '@heliograph/live-trace'
import { Hosts } from '@heliograph/ownership'
import { silentTelemetry } from '@heliograph/telemetry'
import { CoarseClock } from '../src/clock.ts'
import { type EdgeConfig, edgeConfig } from '../src/config.ts'
import { RunningEdge } from '../src/running-edge.ts'
import { nobody, type Peers } from '../src/web/peers.ts'
import { FakeAccounts } from './fake-accounts.ts'
import { ScriptedOwner } from './scripted-owner.ts'

export const DOMAIN = 'capulet.example'

/** An edge with everything around it in memory. Disposing stops it. */
export interface EdgeFixture extends AsyncDisposable {
  readonly running: RunningEdge
  readonly owner: ScriptedOwner
  readonly accounts: FakeAccounts
  /** Moves the clock of the connections and does what is due. */
  advance(ms: number): void
}

type Overrides = { readonly [Key in keyof EdgeConfig]?: Partial<EdgeConfig[Key]> | EdgeConfig[Key] }

/** Listens nowhere unless the overrides say so. */
export async function edgeFixture(
  overrides: Overrides = {},
  peers: Peers = nobody,
  instance = 'edge-test',
): Promise<EdgeFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'edge-'))
  const files = await ensureSelfSigned({ directory, domains: [DOMAIN] })
  const telemetry = silentTelemetry()
  const stop = new AbortController()
  const certificates = await CertificateStore.open({
    certificates: [{ domain: DOMAIN, files }],
    log: telemetry.log,
    signal: stop.signal,
  })
  let now = 0
  const clock = new CoarseClock(() => now)
  const owner = new ScriptedOwner()
  const accounts = new FakeAccounts()
  const hosts = new Hosts([ensureDomain(DOMAIN), ensureDomain('montague.example')])
  const config = configWith(overrides)
  const running = new RunningEdge({
    taps: new Taps(),
    instance,
    config,
    telemetry,
    hosts,
    router: owner,
    accounts,
    capabilities: { featureOf: () => '' },
    certificates,
    peers,
    clock,
  })
  await running.listen()
  return {
    running,
    owner,
    accounts,
    advance(ms) {
      for (const until = now + ms; now < until; ) {
        now = Math.min(until, now + 250)
        running.sweep()
      }
    },
    async [Symbol.asyncDispose]() {
      running[Symbol.dispose]()
      stop.abort()
      await certificates[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function configWith(overrides: Overrides): EdgeConfig {
  const config = edgeConfig(loadConfig({ env: {} }))
  const nowhere = { c2s: false, c2sTls: false, http: false, https: false } as const
  const merged: Record<string, unknown> = { ...config, listen: nowhere }
  for (const [key, value] of Object.entries(overrides)) {
    const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
    merged[key] = isRecord ? { ...(merged[key] as object), ...value } : value
  }
  return merged as unknown as EdgeConfig
}
