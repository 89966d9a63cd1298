import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { ROLES, type Role } from '@heliograph/testkit'
import type { Fault } from './faults/fault.ts'
import { FAULTS, faultsNamed } from './faults/faults.ts'
import type { Counts } from './stage.ts'

export const USAGE = `pnpm chaos [--seed N] [--minutes M] [--faults LIST] [options]

Runs a cluster with two of every service and a crowd of clients that keep a ledger, breaks something every few seconds, and
says which promises of docs/architecture.md held. Exits with 1 when one did not.

  --seed N        the same faults in the same order again (default: a new one, which is said)
  --minutes M     for how long (default 5)
  --beats N       or: so many faults or pairs of faults
  --faults LIST   only these, or all that begin so: ${FAULTS.map(({ name }) => name).join(' ')}
  --doubles P     of a hundred, how many are two faults at about the same time (default 30)
  --rolling N     instead: every instance of every service is drained and started again, one after another, N times over
  --edges N       instances of connection-manager; likewise --sessions --fanouts --mucs --pubsubs --gateways (default 2)
  --persons N     clients that stay (default 16); --visitors N that come and go (default 4)
  --rooms N       rooms (default 4), --nodes N nodes (default 4)
  --rate N        stanzas a second of all persons (default 60)
  --record        write the result into docs/reliability.md
  --report DIR    where report.json, report.md and the log of each instance go (default: nowhere)
`

export interface Options {
  readonly seed: number
  readonly forMs: number
  readonly beats: number
  readonly faults: readonly Fault[]
  readonly doubles: number
  readonly rolling: number
  readonly counts: Counts
  readonly persons: number
  readonly visitors: number
  readonly rooms: number
  readonly roomsEach: number
  readonly nodes: number
  readonly rate: number
  readonly reportDir: string | undefined
  readonly record: boolean
}

const NUMBERS = [
  'seed',
  'minutes',
  'beats',
  'doubles',
  'rolling',
  'persons',
  'visitors',
  'rooms',
  'nodes',
  'rate',
] as const
const ROLE_NAMES = Object.keys(ROLES) as Role[]

/** Reads the command line; undefined when help was asked for. @throws on what it does not know */
export function parseOptions(args: readonly string[]): Options | undefined {
  const names = [...NUMBERS, 'faults', 'report', ...ROLE_NAMES.map((role) => `${role}s`)]
  const valued = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
  const parsed = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: { ...valued, help: { type: 'boolean' as const, short: 'h' }, record: { type: 'boolean' as const } },
  }).values
  if (parsed.help) return undefined
  const values = parsed as Readonly<Record<string, string | undefined>>
  const number = (name: string, otherwise: number): number => {
    const value = Number(values[name] ?? otherwise)
    if (!(value >= 0)) throw new Error(`--${name} must be a number, not ${values[name]}`)
    return value
  }
  const persons = number('persons', 16)
  if (persons < 2 || persons % 2 === 1) throw new Error('--persons must be even: they talk in pairs')
  return {
    seed: number('seed', randomInt(2 ** 31)),
    forMs: number('minutes', values.beats === undefined && values.rolling === undefined ? 5 : 600) * 60_000,
    beats: number('beats', Number.POSITIVE_INFINITY),
    faults: values.faults === undefined ? FAULTS : faultsNamed(values.faults.split(',')),
    doubles: number('doubles', 30),
    rolling: number('rolling', 0),
    counts: Object.fromEntries(ROLE_NAMES.map((role) => [role, number(`${role}s`, 2)])) as Counts,
    persons,
    visitors: number('visitors', 4),
    rooms: number('rooms', 4),
    roomsEach: 2,
    nodes: number('nodes', 4),
    rate: number('rate', 60),
    reportDir: values.report,
    record: parsed.record === true,
  }
}
