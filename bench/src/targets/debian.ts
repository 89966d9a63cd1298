import { existsSync } from 'node:fs'
import { run } from './child.ts'

/** The upstream version of an installed Debian package, or undefined. */
export async function installedVersion(name: string): Promise<string | undefined> {
  try {
    const status = await run('dpkg-query', ['--status', name])
    if (!/^Status: .* installed$/m.test(status)) return undefined
    return /^Version: (?:\d+:)?(.+?)(?:-[^-]*)?$/m.exec(status)?.[1]
  } catch {
    return undefined
  }
}

/**
 * Installs Debian packages that are missing, and stops and disables the system services they bring: the rig starts its own
 * private processes. Needs root and leave to do so, otherwise throws and says what to install.
 */
export async function requirePackages(names: readonly string[], mayInstall: boolean): Promise<void> {
  const missing: string[] = []
  for (const name of names) if ((await installedVersion(name)) === undefined) missing.push(name)
  if (missing.length === 0) return
  if (!mayInstall || process.getuid?.() !== 0) {
    throw new Error(`missing Debian packages: ${missing.join(' ')} (as root, --install-peers installs them)`)
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['install', '-y', '-q', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', ...missing]
  await run('apt-get', install, { env }).catch(async () => {
    await run('apt-get', ['update', '-q'], { env })
    await run('apt-get', install, { env })
  })
  for (const service of ['ejabberd', 'prosody']) {
    if (!missing.includes(service) || !existsSync('/run/systemd/system')) continue
    await run('systemctl', ['disable', '--now', service])
  }
}
