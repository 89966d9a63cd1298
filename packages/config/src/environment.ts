import { readFileSync } from 'node:fs'
import type { ConfigProblem } from './config-error.ts'
import { type OptionForm, optionTable } from './options.ts'
import { isRecord, type RawConfig, setAt } from './raw.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Shorthand for the names of `domains`, which is a list of objects. */
export const domainVariable = 'HELIOGRAPH_DOMAIN'

/** What the environment changed: which variable set which dotted path. */
export interface EnvironmentResult {
  readonly origins: ReadonlyMap<string, string>
  readonly problems: readonly ConfigProblem[]
}

/**
 * Lays the variables over what the file said. `X_FILE` names a file that holds the value of `X`: for mounted secrets.
 * Variables that aren't options are left alone, since orchestrators add their own.
 */
export function applyEnvironment(raw: RawConfig, env: Environment): EnvironmentResult {
  const origins = new Map<string, string>()
  const problems: ConfigProblem[] = []
  for (const option of optionTable().options) {
    // `password` covers it: its variable with `_FILE` is the same name.
    if (option.variable === undefined || option.path.at(-1) === 'passwordFile') continue
    const text = textOf(option.variable, env, problems)
    if (text === undefined) continue
    setAt(raw, option.path, parse(text, option.form))
    origins.set(option.path.join('.'), option.variable)
    dropPasswordFile(raw, option.path)
  }
  const names = textOf(domainVariable, env, problems)
  if (names !== undefined) {
    raw.domains = mergeDomains(raw.domains, split(names))
    origins.set('domains', domainVariable)
  }
  return { origins, problems }
}

function textOf(variable: string, env: Environment, problems: ConfigProblem[]): string | undefined {
  const file = env[`${variable}_FILE`]
  if (file === undefined || file === '') return env[variable]
  if (env[variable] !== undefined) {
    problems.push({ option: '', message: `${variable} and ${variable}_FILE are both set` })
    return undefined
  }
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch {
    problems.push({ option: '', message: `the file ${file} cannot be read`, where: `${variable}_FILE` })
    return undefined
  }
}

function parse(text: string, form: OptionForm): unknown {
  if (form === 'list') return split(text)
  if (form === 'number') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  if (form === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (form === 'address') return text === 'false' ? false : /^\d+$/.test(text) ? Number(text) : text
  return text
}

function split(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/** A password from the environment replaces the file that the configuration names. */
function dropPasswordFile(raw: RawConfig, path: readonly string[]): void {
  const section = path[0] === undefined ? undefined : raw[path[0]]
  if (path.at(-1) === 'password' && isRecord(section)) delete section.passwordFile
}

/** Keeps what the file says about a domain that is named. */
function mergeDomains(given: unknown, names: string[]): unknown[] {
  const known: unknown[] = Array.isArray(given) ? given : []
  return names.map((name) => known.find((each) => isRecord(each) && each.name === name) ?? { name })
}
