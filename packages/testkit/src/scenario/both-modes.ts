import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { infrastructure } from '../infrastructure/infrastructure.ts'
import type { ClusterOptions } from '../processes/cluster.ts'
import { type Mode, Site } from './site.ts'

export type Scenario = (name: string, run: (site: Site, test: TestContext) => Promise<void>) => void

export interface BothModesOptions {
  /** Instances of the cluster; default two of every service. */
  readonly counts?: ClusterOptions['counts']
  /** Laid over the configuration in both modes. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Default: both, or what `HELIOGRAPH_TEST_MODES` names. */
  readonly modes?: readonly Mode[]
}

/**
 * For one test file: returns the function that declares a scenario, run once in each mode. The scenarios of a mode share
 * one server, started with the first of them and stopped after the last: each makes persons of its own.
 */
export async function bothModes(options: BothModesOptions = {}): Promise<Scenario> {
  const servers = await infrastructure()
  // One certificate for both: OpenSSL can't tell two of the same name apart where a whole process trusts them.
  const tlsDirectory = await mkdtemp(join(tmpdir(), 'hg-tls-'))
  const sites = new Map<Mode, Promise<Site>>()
  const { counts, config = {} } = options
  const start = async (mode: Mode): Promise<Site> => {
    if (mode === 'cluster') return Site.cluster({ servers, config, tlsDirectory, ...(counts && { counts }) })
    return Site.standalone({ postgres: await servers.createDatabase(), config, tlsDirectory })
  }
  after(async () => {
    for (const site of sites.values()) await site.then((started) => started[Symbol.asyncDispose]()).catch(() => {})
    await servers.close()
    await rm(tlsDirectory, { recursive: true, force: true })
  })
  const siteOf = (mode: Mode): Promise<Site> => {
    const site = sites.get(mode) ?? start(mode)
    sites.set(mode, site)
    return site
  }
  const modes = options.modes ?? modesWanted()
  return (name, run) => {
    for (const mode of modes) test(`${name} (${mode})`, async (context) => run(await siteOf(mode), context))
  }
}

function modesWanted(): readonly Mode[] {
  const all: readonly Mode[] = ['standalone', 'cluster']
  const named = process.env.HELIOGRAPH_TEST_MODES?.split(',')
  return named === undefined ? all : all.filter((mode) => named.includes(mode))
}
