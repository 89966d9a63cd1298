import { freePort } from '@heliograph/testkit'
import type { Endpoint, Security } from '../client/endpoint.ts'
import { type HeliographRuntime, heliographVersion, READY, startHeliograph } from './heliograph-process.ts'
import type { RunningTarget, Setup, Target } from './target.ts'
import type { Workspace } from './workspace.ts'

const DOMAIN = 'localhost'
const START_LIMIT_MS = 120_000

/** Heliograph in one process, with the private Postgres that it starts itself. */
export class StandaloneTarget implements Target {
  readonly name: string
  readonly peer = false
  readonly #workspace: Workspace
  readonly #runtime: HeliographRuntime

  constructor(workspace: Workspace, runtime: HeliographRuntime) {
    this.#workspace = workspace
    this.#runtime = runtime
    this.name = runtime.everything ? 'standalone-all' : 'standalone'
  }

  version(): Promise<string> {
    return heliographVersion('standalone', this.#runtime)
  }

  async start({ archive, accounts }: Setup): Promise<RunningTarget> {
    const home = await this.#workspace.directory(this.name)
    const certificate = await this.#workspace.certificate(DOMAIN)
    const listen = { c2s: await freePort(), c2sTls: await freePort(), rpc: await freePort() }
    const server = await startHeliograph(this.#workspace, {
      service: 'standalone',
      instance: 'standalone',
      home,
      runtime: this.#runtime,
      settings: { domain: DOMAIN, dataDir: `${home}/data`, certificate, accounts, archive, listen },
    })
    await server.says(READY, START_LIMIT_MS)
    return {
      endpoints: (security: Security): readonly Endpoint[] => {
        const port = security === 'direct-tls' ? listen.c2sTls : listen.c2s
        return [{ host: '127.0.0.1', port, domain: DOMAIN, security }]
      },
      roots: () => new Map([['standalone', [server.pid]]]),
      [Symbol.asyncDispose]: () => server.stop('SIGTERM', 30_000),
    }
  }
}
