import { existsSync } from 'node:fs'
import type { Environment } from './environment.ts'

const defaultFile = 'heliograph.yaml'

/** The configuration file: the one that is given, else `HELIOGRAPH_CONFIG`, else `heliograph.yaml` here if there is one. */
export function findConfigFile(given: string | undefined, env: Environment): string | undefined {
  if (given !== undefined) return given
  if (env.HELIOGRAPH_CONFIG !== undefined && env.HELIOGRAPH_CONFIG !== '') return env.HELIOGRAPH_CONFIG
  return existsSync(defaultFile) ? defaultFile : undefined
}
