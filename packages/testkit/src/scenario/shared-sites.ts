import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Infrastructure } from '../infrastructure/infrastructure.ts'
import type { LogLine } from '../processes/log-line.ts'
import type { Mode } from './modes.ts'
import { Site, type SiteDescription } from './site.ts'

const VARIABLE = 'HELIOGRAPH_TEST_SITES'

/** Servers for all scenarios of a run that need no special one: to start a cluster for each file would take most of the time. */
export class SharedSites implements AsyncDisposable {
  readonly #sites: readonly Site[]
  readonly #tlsDirectory: string

  private constructor(sites: readonly Site[], tlsDirectory: string) {
    this.#sites = sites
    this.#tlsDirectory = tlsDirectory
  }

  /** @param say told of what the servers log as errors */
  static async start(
    servers: Infrastructure,
    modes: readonly Mode[],
    say: (line: string) => void,
  ): Promise<SharedSites> {
    const tlsDirectory = await mkdtemp(join(tmpdir(), 'hg-tls-'))
    const onLine = (name: string, line: LogLine): void => {
      if (line.level === 'error' || line.level === 'fatal') say(`${name}: ${JSON.stringify(line)}`)
    }
    const start = async (mode: Mode): Promise<Site> => {
      if (mode === 'cluster') return Site.cluster({ servers, tlsDirectory, onLine })
      return Site.standalone({ postgres: await servers.createDatabase(), tlsDirectory, onLine })
    }
    const starting = await Promise.allSettled(modes.map(start))
    const sites = starting.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    const shared = new SharedSites(sites, tlsDirectory)
    for (const each of starting) {
      if (each.status === 'fulfilled') continue
      await shared[Symbol.asyncDispose]()
      throw each.reason
    }
    return shared
  }

  /** For the processes that run the tests. */
  env(): Record<string, string> {
    return { [VARIABLE]: JSON.stringify(this.#sites.map((site) => site.description)) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#sites.map((site) => site[Symbol.asyncDispose]()))
    await rm(this.#tlsDirectory, { recursive: true, force: true })
  }
}

/** The server of that mode that the run has for all, if it has. */
export function sharedSite(mode: Mode): Site | undefined {
  const descriptions = JSON.parse(process.env[VARIABLE] ?? '[]') as SiteDescription[]
  const description = descriptions.find((each) => each.mode === mode)
  return description && Site.shared(description)
}
