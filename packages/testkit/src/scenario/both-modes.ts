import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { type Infrastructure, infrastructure } from '../infrastructure/infrastructure.ts'
import type { ClusterOptions } from '../processes/cluster.ts'
import { type Mode, modesWanted } from './modes.ts'
import { sharedSite } from './shared-sites.ts'
import { Site } from './site.ts'

export type Scenario = (name: string, run: (site: Site, test: TestContext) => Promise<void>) => void

export interface BothModesOptions {
  /** Instances of the cluster; default two of every service. */
  readonly counts?: ClusterOptions['counts']
  /** Laid over the configuration in both modes. */
  readonly config?: Readonly<Record<string, unknown>>
  /** The domain that is served in each mode; default `localhost`. */
  readonly domains?: Readonly<Record<Mode, string>>
  /** Where the certificate is kept, or found; default a directory of the file's own. */
  readonly tlsDirectory?: string
  /** Default: both, or what `HELIOGRAPH_TEST_MODES` names. */
  readonly modes?: readonly Mode[]
}

/**
 * For one test file: returns the function that declares a scenario, run once in each mode. Without options the servers are
 * those that the whole run shares, when it has some; else the file has its own, started with its first scenario and
 * stopped after the last. Either way each scenario makes persons of its own.
 */
export async function bothModes(options: BothModesOptions = {}): Promise<Scenario> {
  const own = new OwnSites(options)
  after(() => own[Symbol.asyncDispose]())
  const special = options.config !== undefined || options.counts !== undefined
  const siteOf = async (mode: Mode): Promise<Site> => (special ? undefined : sharedSite(mode)) ?? own.get(mode)
  const modes = options.modes ?? modesWanted()
  return (name, run) => {
    for (const mode of modes) test(`${name} (${mode})`, async (context) => run(await siteOf(mode), context))
  }
}

/** The servers that one file starts for itself. */
class OwnSites implements AsyncDisposable {
  readonly #options: BothModesOptions
  readonly #sites = new Map<Mode, Promise<Site>>()
  #servers: Promise<Infrastructure> | undefined
  #tlsDirectory: Promise<string> | undefined

  constructor(options: BothModesOptions) {
    this.#options = options
  }

  get(mode: Mode): Promise<Site> {
    const site = this.#sites.get(mode) ?? this.#start(mode)
    this.#sites.set(mode, site)
    return site
  }

  async #start(mode: Mode): Promise<Site> {
    this.#servers ??= infrastructure()
    // One certificate for both: OpenSSL can't tell two of the same name apart where a whole process trusts them.
    if (this.#options.tlsDirectory === undefined) this.#tlsDirectory ??= mkdtemp(join(tmpdir(), 'hg-tls-'))
    const { counts, config = {}, domains } = this.#options
    const servers = await this.#servers
    const tlsDirectory = this.#options.tlsDirectory ?? (await this.#tlsDirectory)
    const shared = { config, ...(tlsDirectory && { tlsDirectory }), ...(domains && { domain: domains[mode] }) }
    if (mode === 'cluster') return Site.cluster({ servers, ...shared, ...(counts && { counts }) })
    return Site.standalone({ postgres: await servers.createDatabase(), ...shared })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const sites = await Promise.allSettled(this.#sites.values())
    for (const site of sites) if (site.status === 'fulfilled') await site.value[Symbol.asyncDispose]()
    await (await this.#servers)?.close()
    if (this.#tlsDirectory !== undefined) await rm(await this.#tlsDirectory, { recursive: true, force: true })
  }
}
