/** `pnpm cluster`: a whole cluster of real processes on this machine, with one log stream. See `--help`. */
import { parseArgs } from 'node:util'
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
  gateway: { s2s: 5269, s2sTls: 5270, component: 5275 },
}
/** Before an instance that died is started again. */
const RESTART_PAUSE_MS = 1_000

const { values } = parseArgs({
  options: {
    ...Object.fromEntries(ROLE_NAMES.map((role) => [`${role}s`, { type: 'string' as const }])),
    verbose: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
}) as { values: Record<string, string | boolean | undefined> }
if (values.help) process.stdout.write(HELP)
else await main(countsOf(values))

async function main(counts: Partial<Record<Role, number>>): Promise<void> {
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
  say('Ctrl-C stops')
  await stopped
  say('stopping')
  await cluster.stop()
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

function countsOf(options: Readonly<Record<string, string | boolean | undefined>>): Partial<Record<Role, number>> {
  const counts: Partial<Record<Role, number>> = {}
  for (const role of ROLE_NAMES) {
    const given = options[`${role}s`]
    if (given === undefined) continue
    if (!/^\d{1,2}$/.test(String(given))) throw new Error(`--${role}s takes a number, not ${given}`)
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
