import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface BenchOptions {
  readonly targets: readonly string[]
  readonly scenarios: readonly string[]
  readonly runs: number
  /** Whether targets take turns, run by run, so that what else the machine does disturbs all alike. */
  readonly alternate: boolean
  readonly warmupMs: number
  readonly windowMs: number
  /** Factor on the number of users of every row, for a quick try. */
  readonly scale: number
  readonly generators: number
  /** Instances of each service of the cluster. */
  readonly instances: number
  readonly mayInstall: boolean
  /** Where Heliograph's processes leave CPU profiles when they end. */
  readonly profileDirectory: string | undefined
  /** Whether Heliograph runs with jemalloc, as it does in its image. */
  readonly jemalloc: boolean
  readonly stateDirectory: string | undefined
  readonly externalFile: string | undefined
  readonly write: boolean
}

export const USAGE = `pnpm bench [--targets LIST] [--scenarios LIST] [options]

  --targets LIST     of ejabberd ejabberd-tuned prosody prosody-tuned external standalone cluster standalone-all cluster-all
                     (-all: with everything switched on, beside the same without)
                     (default: ejabberd-tuned,prosody-tuned,standalone,cluster)
  --scenarios LIST   rows or prefixes of rows, e.g. login,chat-closed,presence (default: all)
  --runs N           runs of each row, the median counts (default 3)
  --alternate        let the targets take turns, run by run: for a comparison on a machine that isn't idle
  --window S         measured seconds of a row without an end of its own, at most 15 (default 10)
  --warmup S         seconds of traffic before a row's first run, for compilers (default 20); 3 before the others
  --scale F          factor on the number of users, for quick tries (default 1)
  --generators N     generator processes (default 1)
  --instances N      instances of each service in the cluster (default 1)
  --jemalloc         run Heliograph with jemalloc preloaded, as in its image
  --profile DIR      write CPU profiles of Heliograph's processes there (bench/src/profile.ts sums them up)
  --install-peers    install ejabberd and Prosody from Debian when missing (as root)
  --external FILE    JSON that describes a server already running, for the target external
  --state DIR        keep the peers' data between calls
  --no-write         leave RESULTS.md and README.md as they are
`

function positive(text: string, name: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${name} must be a number over 0, not ${text}`)
  return value
}

/** Reads the command line; undefined when help was asked for. Throws on what it does not know. */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    allowNegative: true,
    options: {
      targets: { type: 'string', default: 'ejabberd-tuned,prosody-tuned,standalone,cluster' },
      scenarios: { type: 'string', default: 'all' },
      runs: { type: 'string', default: '3' },
      alternate: { type: 'boolean', default: false },
      window: { type: 'string', default: '10' },
      warmup: { type: 'string', default: '20' },
      scale: { type: 'string', default: '1' },
      generators: { type: 'string', default: '1' },
      instances: { type: 'string', default: '1' },
      'install-peers': { type: 'boolean', default: false },
      jemalloc: { type: 'boolean', default: false },
      profile: { type: 'string' },
      external: { type: 'string' },
      state: { type: 'string' },
      write: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const windowSeconds = positive(values.window, 'window')
  if (windowSeconds > 15) throw new Error('--window is at most 15 s')
  return {
    targets: values.targets.split(','),
    scenarios: values.scenarios.split(','),
    runs: positive(values.runs, 'runs'),
    alternate: values.alternate,
    warmupMs: positive(values.warmup, 'warmup') * 1000,
    windowMs: windowSeconds * 1000,
    scale: positive(values.scale, 'scale'),
    generators: positive(values.generators, 'generators'),
    instances: positive(values.instances, 'instances'),
    mayInstall: values['install-peers'],
    jemalloc: values.jemalloc,
    profileDirectory: values.profile,
    stateDirectory: values.state,
    externalFile: values.external,
    write: values.write,
  }
}
