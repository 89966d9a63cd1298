import type { HeliographConfig } from './heliograph-config.ts'
import { optionTable } from './options.ts'

/** What SIGHUP changes; all other options are those of the start. */
export const LIVE_OPTIONS: readonly string[] = [
  'admins',
  'reportsTo',
  'adminApi.tokens',
  'telemetry.logLevel',
  'telemetry.traceBodies',
]

/** Looks at new values, and throws a ConfigError where it can't take them; what it returns takes them, and doesn't throw. */
export type Preparation = (fresh: HeliographConfig) => () => void

/** The configuration as it is now. */
export interface LiveConfig {
  readonly current: HeliographConfig
  /** `prepare` is called at each change. */
  onChange(prepare: Preparation): void
}

/** By dotted path. */
export interface ConfigChange {
  readonly changed: readonly string[]
  /** What differs, but is only read at start. */
  readonly needsRestart: readonly string[]
}

/** A configuration whose live options may be replaced: all of them or, where somebody can't take them, none. */
export class ReloadableConfig implements LiveConfig {
  #current: HeliographConfig
  readonly #preparations: Preparation[] = []

  constructor(config: HeliographConfig) {
    this.#current = config
  }

  get current(): HeliographConfig {
    return this.#current
  }

  onChange(prepare: Preparation): void {
    this.#preparations.push(prepare)
  }

  /** @throws what a preparation throws; nothing has changed then */
  take(fresh: HeliographConfig): ConfigChange {
    const differ = optionTable()
      .options.map(({ path }) => path)
      .filter((path) => path[0] !== 'instance')
      .filter((path) => JSON.stringify(valueAt(this.#current, path)) !== JSON.stringify(valueAt(fresh, path)))
    const isLive = (path: readonly string[]): boolean => LIVE_OPTIONS.includes(path.join('.'))
    const changed = differ.filter(isLive)
    const next = changed.reduce((config, path) => withValue(config, path, valueAt(fresh, path)), this.#current)
    const commits = changed.length === 0 ? [] : this.#preparations.map((prepare) => prepare(next))
    this.#current = next
    for (const commit of commits) commit()
    const names = (paths: readonly (readonly string[])[]) => paths.map((path) => path.join('.'))
    return { changed: names(changed), needsRestart: names(differ.filter((path) => !isLive(path))) }
  }
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value)
}

function withValue<Value extends object>(value: Value, [key = '', ...rest]: readonly string[], given: unknown): Value {
  const inner = (value as Record<string, unknown>)[key]
  return Object.freeze({ ...value, [key]: rest.length === 0 ? given : withValue(inner as object, rest, given) })
}
