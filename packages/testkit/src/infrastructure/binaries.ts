import { spawnSync } from 'node:child_process'
import { accessSync, constants, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/** Debian keeps servers where an ordinary user's PATH doesn't look. */
const EXTRA_DIRS = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/opt/homebrew/bin', '/usr/local/bin']

/** The path of a program; undefined when this machine doesn't have it. */
export function findBinary(name: string): string | undefined {
  const dirs = [...(process.env.PATH ?? '').split(delimiter), ...EXTRA_DIRS]
  return dirs.map((dir) => join(dir, name)).find(isExecutable)
}

/** The directory of this machine's Postgres programs, newest version first; undefined when there are none. */
export function findPostgres(): string | undefined {
  const onPath = findBinary('postgres')
  const dirs = onPath === undefined ? debianDirs() : [dirname(realpathSync(onPath)), ...debianDirs()]
  return dirs.find((dir) => isExecutable(join(dir, 'initdb')) && isExecutable(join(dir, 'postgres')))
}

function debianDirs(): string[] {
  const root = '/usr/lib/postgresql'
  try {
    const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a))
    return versions.map((version) => join(root, version, 'bin'))
  } catch {
    return [] // no such directory: not Debian, or not installed
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Installs a Debian package, saying so; false when this isn't root on Debian, or it failed. */
export function aptInstall(name: string, say: (line: string) => void): boolean {
  const apt = findBinary('apt-get')
  if (apt === undefined || process.getuid?.() !== 0) return false
  say(`installing ${name} with apt-get`)
  // Without a runlevel for it no package starts its server, on ports that others may want.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const run = (...args: string[]) => spawnSync(apt, args, { env, stdio: 'ignore', timeout: 300_000 }).status === 0
  const install = () => run('install', '-y', '--no-install-recommends', name)
  return install() || (run('update') && install())
}
