import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** A source file of what runs in production. */
export interface Source {
  /** From the root of the repository. */
  readonly path: string
  /** Package or service it belongs to. */
  readonly part: string
  readonly text: string
}

/** Packages that only serve development. */
const TOOLS = ['testkit', 'documentation', 'deployment', 'heliographctl']

export function sources(): Source[] {
  const paths = globSync(['packages/*/src/**/*.ts', 'services/*/src/**/*.ts'], { cwd: ROOT })
  return paths
    .filter((path) => !/[.](test|contract)[.]ts$/.test(path))
    .map((path) => ({ path, part: path.split('/')[1] ?? '' }))
    .filter(({ part }) => !TOOLS.includes(part))
    .map((source) => ({ ...source, text: readFileSync(`${ROOT}${source.path}`, 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}
