/** `pnpm cluster`: a whole cluster of real processes on this machine, with one log stream. See `--help`. */
import { parseArgs } from 'node:util'
import { OperatorError } from '@heliograph/telemetry'
import { runCommand } from '../command.ts'
import { infrastructure } from '../infrastructure/infrastructure.ts'
import { Cluster, type Member } from '../processes/cluster.ts'
import type { LogLine } from '../processes/log-line.ts'
import { ROLE_NAMES, type Role } from '../processes/roles.ts'

const HELP = `usage: pnpm cluster [--edges N] [--sessions N] [--fanouts N] [--mucs N] [--pubsubs N] [--gateways N] [--verbose]

Starts NATS, Redis, Postgres and two instances of every service (or N), prints where clients connect, starts an instance
again when it dies, and stops everything on Ctrl-C. Nothing is kept. --verbose also shows debug lines.
`

/** Where the standard ports are free, the first instances have them. */
const FIRST_PORTS = {
  edge: { c2s: 5222, c2sTls: 5223, http: 5280, https: 5443 },
  session: { rpc: 5290, metrics: 5291 },
  gateway: { s2s: 5269, s2sTls: 5270, component: 5275 },
}
/** Before an instance that died is started again. */
const RESTART_PAUSE_MS = 1_000

/** A cluster needs at least one of each, and a machine isn't large. */
const COUNT = /^([1-9]|1\d|20)$/

await runCommand(main)

async function main(): Promise<number> {
  const values = options()
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const counts = countsOf(values)
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()))
  await using servers = await infrastructure({ own: true, say })
  const config = { telemetry: { logLevel: values.verbose ? 'debug' : 'info' } }
  const cluster = await Cluster.start({
    servers,
    counts,
    config,
    firstPorts: FIRST_PORTS,
    onLine: print,
  })
  for (const member of cluster.members) void keep(member, stop.signal)
  for (const { process: edge, ports } of cluster.of('edge'))
    say(
      `${edge.name}: ${cluster.domain} on 127.0.0.1, STARTTLS ${ports.c2s}, TLS ${ports.c2sTls}, WebSocket ${ports.https}`,
    )
  say(
    `accounts: a client on this machine may register one, or: ${administration(cluster)} users create you@${cluster.domain}`,
  )
  say('Ctrl-C stops')
  await stopped
  say('stopping')
  await cluster.stop()
  return 0
}

type Values = Readonly<Record<string, string | boolean | undefined>>

function options(): Values {
  const counts = Object.fromEntries(ROLE_NAMES.map((role) => [`${role}s`, { type: 'string' as const }]))
  const others = { verbose: { type: 'boolean' as const }, help: { type: 'boolean' as const, short: 'h' } }
  return parseArgs({ options: { ...counts, ...others } }).values
}

/** How to administer: the session instance at the standard port needs no address. */
function administration(cluster: Cluster): string {
  const port = cluster.of('session')[0]?.ports.rpc
  return port === FIRST_PORTS.session.rpc ? 'pnpm heliographctl' : `pnpm heliographctl --address 127.0.0.1:${port}`
}

/** Starts an instance again whenever it ends, until the cluster is stopped. */
async function keep({ process: instance }: Member, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const code = await instance.exited
    if (signal.aborted) return
    say(`${instance.name} ended (${code ?? 'killed'}); starting it again`)
    await new Promise((resolve) => setTimeout(resolve, RESTART_PAUSE_MS))
    if (!signal.aborted) await instance.start().catch((error: unknown) => say(String(error)))
  }
}

function countsOf(options: Values): Partial<Record<Role, number>> {
  const counts: Partial<Record<Role, number>> = {}
  for (const role of ROLE_NAMES) {
    const given = options[`${role}s`]
    if (given === undefined) continue
    if (!COUNT.test(String(given))) throw new OperatorError(`--${role}s takes a number from 1 to 20, not ${given}`)
    counts[role] = Number(given)
  }
  return counts
}

function print(name: string, line: LogLine): void {
  const { event, level, time, instance: _, ...fields } = line
  const text = event === 'output' ? String(fields.text) : `${level} ${event} ${JSON.stringify(fields)}`
  process.stdout.write(`${typeof time === 'string' ? time.slice(11, 23) : ''} ${name.padEnd(10)} ${text}\n`)
}

function say(line: string): void {
  process.stdout.write(`# ${line}\n`)
}
