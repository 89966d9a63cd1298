import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { endChild, exitOf, spawnChild } from '../../child.ts'
import type { Person, Site } from '../../scenario/site.ts'
import { PYTHON } from './slixmpp-peer.ts'

const SCRIPT = join(import.meta.dirname, 'omemo_pair.py')
/** Its own slixmpp, as Debian's is too old for it. */
const PACKAGES = ['slixmpp-omemo==2.2.0', 'slixmpp==1.17.0', 'omemo==2.1.0', 'oldmemo==2.1.0', 'twomemo==2.1.0']
const DIRECTORY = join(homedir(), '.cache', 'heliograph-testkit', 'slixmpp-omemo-2.2.0')
const INSTALL_MS = 180_000

/** Whether slixmpp-omemo is there, installing it below the home directory when pip can. */
export function omemoAvailable(say: (line: string) => void = () => {}): boolean {
  if (existsSync(DIRECTORY)) return imports(DIRECTORY)
  say('installing slixmpp-omemo with pip')
  const made = `${DIRECTORY}.${process.pid}`
  mkdirSync(made, { recursive: true })
  const args = ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '--target', made, ...PACKAGES]
  const { status } = spawnSync(PYTHON, args, { stdio: 'ignore', timeout: INSTALL_MS })
  if (status === 0 && imports(made)) renameSync(made, DIRECTORY)
  rmSync(made, { recursive: true, force: true })
  return existsSync(DIRECTORY)
}

function imports(directory: string): boolean {
  const env = { ...process.env, PYTHONPATH: directory }
  return spawnSync(PYTHON, ['-c', 'import slixmpp_omemo'], { env, stdio: 'ignore' }).status === 0
}

/** Lets two people who aren't each other's contacts write to each other by OMEMO; what went wrong, or ''. */
export async function exchangeByOmemo(
  site: Site,
  people: Readonly<Record<'juliet' | 'romeo', Person>>,
  timeoutMs = 120_000,
): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'hg-omemo-'))
  const ca = join(dir, 'ca.pem')
  await writeFile(ca, site.certificate)
  const world = { people, host: '127.0.0.1', ports: [site.edge(0).c2s, site.edge(1).c2s], ca }
  const child = spawnChild(PYTHON, ['-B', SCRIPT, JSON.stringify(world)], {
    env: { ...process.env, SSL_CERT_FILE: ca, PYTHONPATH: DIRECTORY },
  })
  const late = setTimeout(() => void endChild(child, 'SIGKILL'), timeoutMs)
  try {
    let errors = ''
    child.stderr?.on('data', (chunk) => {
      errors = (errors + String(chunk)).slice(-4_000)
    })
    child.stdout?.resume()
    const code = await exitOf(child)
    return code === 0 ? '' : `ended with ${code}: ${errors}`
  } finally {
    clearTimeout(late)
    await rm(dir, { recursive: true, force: true })
  }
}
