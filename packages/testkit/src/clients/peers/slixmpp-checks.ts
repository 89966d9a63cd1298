import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { endChild, exitOf, spawnChild } from '../../child.ts'
import type { Person, Site } from '../../scenario/site.ts'
import { PYTHON } from './slixmpp-peer.ts'

const SCRIPT = join(import.meta.dirname, 'slixmpp_checks.py')

/** One thing that slixmpp's plug-ins did: `done`, `skipped: …` or `failed: …`. */
export interface SlixmppCheck {
  readonly check: string
  readonly outcome: string
}

export type OptionalCheck = 'archive_search' | 'invitations'

/** What the checks are about: the first at two clients; the last, who isn't there yet, gets another password. */
export type SlixmppCast = Readonly<Record<'juliet' | 'romeo' | 'nurse', Person>>

/**
 * Lets slixmpp's plug-ins do all they can at two edges, in one Python process, which is ended after `timeoutMs`.
 * @param only checks that the server must be configured for, to be done instead
 */
export async function slixmppChecks(
  site: Site,
  people: SlixmppCast,
  { only, timeoutMs = 180_000 }: { readonly only?: readonly OptionalCheck[]; readonly timeoutMs?: number } = {},
): Promise<SlixmppCheck[]> {
  const dir = await mkdtemp(join(tmpdir(), 'hg-slixmpp-'))
  const ca = join(dir, 'ca.pem')
  await writeFile(ca, site.certificate)
  const ports = [site.edge(0).c2s, site.edge(1).c2s]
  const world = { people, host: '127.0.0.1', ports, ca, domain: site.domain, only }
  // -B: it leaves no bytecode beside its modules.
  const child = spawnChild(PYTHON, ['-B', SCRIPT, JSON.stringify(world)], {
    env: { ...process.env, SSL_CERT_FILE: ca },
  })
  const late = setTimeout(() => void endChild(child, 'SIGKILL'), timeoutMs)
  try {
    const checks: SlixmppCheck[] = []
    let errors = ''
    child.stderr?.on('data', (chunk) => {
      errors = (errors + String(chunk)).slice(-4_000)
    })
    const exit = exitOf(child)
    for await (const line of createInterface(child.stdout!)) {
      // A module may print a warning.
      if (line.startsWith('{')) checks.push(JSON.parse(line) as SlixmppCheck)
    }
    const code = await exit
    if (code !== 0) checks.push({ check: 'the process', outcome: `failed: ended with ${code}: ${errors}` })
    return checks
  } finally {
    clearTimeout(late)
    await rm(dir, { recursive: true, force: true })
  }
}
