import { ConfigError, type ConfigProblem } from './config-error.ts'
import type { HeliographConfig } from './heliograph-config.ts'
import { optionTable } from './options.ts'
import { effectOf } from './takes-effect.ts'

/** Looks at new values, and throws where it can't take them; what it returns takes them, and doesn't throw. */
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

interface Difference {
  readonly path: readonly string[]
  readonly after: unknown
  readonly isLive: boolean
}

/** A configuration of which some may be replaced, `EFFECTS` says what: all of that or, where somebody can't take it, nothing. */
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

  /** @throws ConfigError with all that anybody can't take; nothing has changed then */
  take(fresh: HeliographConfig): ConfigChange {
    const differences = this.#differences(fresh)
    const live = differences.filter(({ isLive }) => isLive)
    const next = live.reduce((config, { path, after }) => withValue(config, path, after), this.#current)
    const commits = live.length === 0 ? [] : this.#prepared(next)
    this.#current = next
    for (const commit of commits) commit()
    const names = (of: readonly Difference[]) => of.map(({ path }) => path.join('.'))
    return { changed: names(live), needsRestart: names(differences.filter(({ isLive }) => !isLive)) }
  }

  #differences(fresh: HeliographConfig): Difference[] {
    return optionTable().options.flatMap(({ path }) => {
      const before = valueAt(this.#current, path)
      const after = valueAt(fresh, path)
      // The instance's name differs each time.
      if (path[0] === 'instance' || JSON.stringify(before) === JSON.stringify(after)) return []
      const effect = effectOf(path)
      return [{ path, after, isLive: effect !== undefined && effect.waits?.(before, after) !== true }]
    })
  }

  #prepared(next: HeliographConfig): readonly (() => void)[] {
    const commits: (() => void)[] = []
    const problems: ConfigProblem[] = []
    for (const prepare of this.#preparations) {
      try {
        commits.push(prepare(next))
      } catch (error) {
        problems.push(...problemsOf(error))
      }
    }
    if (problems.length === 0) return commits
    // Several services of a process may mind the same.
    const distinct = new Map(problems.map((problem) => [`${problem.option} ${problem.message}`, problem]))
    throw new ConfigError([...distinct.values()])
  }
}

function problemsOf(error: unknown): readonly ConfigProblem[] {
  if (error instanceof ConfigError) return error.problems
  return [{ option: '', message: error instanceof Error ? error.message : String(error) }]
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], value)
}

function withValue<Value extends object>(value: Value, [key = '', ...rest]: readonly string[], given: unknown): Value {
  const inner = (value as Record<string, unknown>)[key]
  return Object.freeze({ ...value, [key]: rest.length === 0 ? given : withValue(inner as object, rest, given) })
}
