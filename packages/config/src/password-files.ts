import { readFileSync } from 'node:fs'
import type { ConfigProblem } from './config-error.ts'
import { isRecord } from './raw.ts'

/**
 * Puts the content of every `passwordFile` in place of it as `password`, so that the rest of the program doesn't know
 * where a secret came from.
 */
export function readPasswordFiles(value: unknown, path: readonly string[] = []): ConfigProblem[] {
  if (Array.isArray(value)) return value.flatMap((each, at) => readPasswordFiles(each, [...path, String(at)]))
  if (!isRecord(value)) return []
  const problems = Object.entries(value).flatMap(([key, child]) => readPasswordFiles(child, [...path, key]))
  const file = value.passwordFile
  if (typeof file !== 'string') return problems
  const option = [...path, 'passwordFile'].join('.')
  if (value.password !== undefined) return [...problems, { option, message: 'password is given too: choose one' }]
  delete value.passwordFile
  try {
    value.password = readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch {
    value.password = 'unread'
    return [...problems, { option, message: `the file ${file} cannot be read` }]
  }
  return problems
}
