/** `pnpm interop`: the XMPP Interop Testing suite against a server of ours. See `--help`. */
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { OperatorError } from '@heliograph/telemetry'
import { runCommand } from '../command.ts'
import { freePort } from '../free-port.ts'
import { infrastructure } from '../infrastructure/infrastructure.ts'
import { Relay } from '../interop/relay.ts'
import { listedIn, type Result, readResults } from '../interop/results.ts'
import { findJar, runSuite } from '../interop/suite.ts'
import { Site } from '../scenario/site.ts'

const HELP = `usage: pnpm interop --suite PATH [--cluster] [--only TESTS] [--out DIR]

Runs the suite of the XMPP Interop Testing project (github.com/XMPP-Interop-Testing/smack-sint-server-extensions) against
a standalone server, or a cluster with two instances of every service. PATH is a clone of it, which needs Maven and a JDK
of at least 11 to be built, or its jar with dependencies, which needs Java. TESTS are names of classes or Class.method,
separated by commas. Stanzas and results are left in DIR (default: interop in the working directory).
It fails when a test fails that docs/interop.md doesn't list.
`

const PAGE = join(import.meta.dirname, '../../../../docs/interop.md')
/** An address of the loopback where hardly anybody else has the standard port, from which the suite can't be brought off. */
const HOST = '127.0.0.77'
const C2S = 5222
const ADMIN = { username: 'admin', password: 'admin' }
const PLENTY = 1_000_000

await runCommand(main)

async function main(): Promise<number> {
  const flag = { type: 'boolean' } as const
  const text = { type: 'string' } as const
  const { values } = parseArgs({ options: { suite: text, cluster: flag, only: text, out: text, help: flag } })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  if (values.suite === undefined) throw new OperatorError(HELP)
  const directory = resolve(values.out ?? 'interop')
  await mkdir(directory, { recursive: true })
  const jar = await findJar(resolve(values.suite), say)
  await using servers = await infrastructure({ say })
  const https = await freePort()
  const config = configuration(directory, https)
  await using site = values.cluster
    ? await Site.cluster({ servers, config })
    : await Site.standalone({ postgres: await servers.createDatabase(), config })
  await using _clients = await Relay.start(HOST, C2S, portsOf(site, 'c2s'))
  await using _files = await Relay.start('127.0.0.1', https, portsOf(site, 'https'))
  const { domain } = site
  const path = await runSuite({ jar, host: HOST, domain, admin: ADMIN, directory, only: values.only, say })
  return report(await readResults(path), await listedIn(PAGE))
}

function portsOf(site: Site, listener: 'c2s' | 'https'): number[] {
  return site.edges.flatMap((ports) => ports[listener] ?? [])
}

/** Everything that the suite could ask for is on. */
function configuration(directory: string, https: number): Record<string, unknown> {
  const files = {
    store: 'directory',
    directory: join(directory, 'files'),
    directoryShared: true,
    publicUrl: `https://localhost:${https}`,
    secret: 'the same at all instances',
  }
  return {
    accounts: [{ jid: `${ADMIN.username}@localhost`, password: ADMIN.password }],
    admins: [`${ADMIN.username}@localhost`],
    // Those of the suite are easy to guess.
    passwords: { minStrength: 0 },
    registration: { open: 'always', perAddress: PLENTY, perNetwork: PLENTY, total: PLENTY, similarNames: 'allow' },
    archive: { search: true },
    userSearch: 'ownDomain',
    externalServices: {
      secret: 'shared with the relay',
      services: ['stun', 'turn'].map((type) => ({ type, host: `${type}.example`, port: 3478, transport: 'udp' })),
    },
    uploads: files,
  }
}

function report(results: readonly Result[], listed: ReadonlySet<string>): number {
  const of = (outcome: Result['outcome']) => results.filter((each) => each.outcome === outcome)
  const failed = of('failed')
  const unlisted = failed.filter(({ name }) => !listed.has(name))
  const mended = [...listed].filter((name) => of('passed').some((each) => each.name === name))
  for (const { name, specification, reason } of unlisted) say(`${specification} ${name}: ${reason}`)
  for (const name of mended) say(`${name} is listed, and passes`)
  const counts = `${of('passed').length} passed, ${failed.length} failed (${unlisted.length} of them not listed)`
  say(`${counts}, ${of('impossible').length} could not be run`)
  return unlisted.length === 0 ? 0 : 1
}

function say(line: string): void {
  process.stdout.write(`# ${line}\n`)
}
