import { readFileSync } from 'node:fs'
import type { ConfigProblem } from './config-error.ts'
import type { Environment } from './environment.ts'
import { isRecord, type RawConfig } from './raw.ts'

/**
 * Puts the content of every `passwordFile`, and of the variable that a `passwordVariable` names, in place of it as `password`, so that the
 * rest of the program doesn't know where a secret came from.
 */
export function readPasswordFiles(value: unknown, env: Environment, path: readonly string[] = []): ConfigProblem[] {
  if (Array.isArray(value)) return value.flatMap((each, at) => readPasswordFiles(each, env, [...path, String(at)]))
  if (!isRecord(value)) return []
  const problems = Object.entries(value).flatMap(([key, child]) => readPasswordFiles(child, env, [...path, key]))
  return [...problems, ...readVariable(value, env, path), ...readFile(value, path)]
}

function readVariable(value: RawConfig, env: Environment, path: readonly string[]): ConfigProblem[] {
  const variable = value.passwordVariable
  if (typeof variable !== 'string') return []
  const option = [...path, 'passwordVariable'].join('.')
  if (value.password !== undefined) return [{ option, message: 'password is given too: choose one' }]
  delete value.passwordVariable
  value.password = env[variable] || 'unread'
  return env[variable] ? [] : [{ option, message: `the variable ${variable} isn't set` }]
}

function readFile(value: RawConfig, path: readonly string[]): ConfigProblem[] {
  const file = value.passwordFile
  if (typeof file !== 'string') return []
  const option = [...path, 'passwordFile'].join('.')
  if (value.password !== undefined) return [{ option, message: 'password is given too: choose one' }]
  delete value.passwordFile
  try {
    value.password = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch {
    value.password = 'unread'
    return [{ option, message: `the file ${file} cannot be read` }]
  }
  return []
}
