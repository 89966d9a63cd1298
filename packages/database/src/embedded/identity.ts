import { spawnSync } from 'node:child_process'
import { chown, cp, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OperatorError } from '@heliograph/telemetry'

/** As whom, and how, the server's programs are run. Postgres refuses to run as root. */
export interface Identity {
  readonly binDir: string
  /** The account that the programs are started as, when it isn't ours. */
  readonly account?: Account
  /** The account that must own the data, when it isn't ours. */
  readonly owner?: Account
  /** Put before the program and its arguments. */
  readonly prefix: readonly string[]
  readonly how: string
}

export interface Account {
  readonly uid: number
  readonly gid: number
}

/**
 * Chooses the identity. As root, in this order: a user namespace in which we are not root, so that files stay ours and
 * every path that root reaches is reachable; an unprivileged account (whoever owns the data already), for which the binaries
 * are copied beside the data when it can't reach them; such an account with root's right to pass through directories, where
 * the data lies behind some that others may not enter, such as `/root`.
 * @param dataDir may not exist yet; its parent must.
 */
export async function chooseIdentity(binDir: string, dataDir: string): Promise<Identity> {
  const dying = deathSignal([])
  if (process.getuid?.() !== 0) return { binDir, prefix: dying, how: 'as this user' }
  const owner = await stat(dataDir).catch(() => undefined)
  const owned = owner !== undefined && owner.uid !== 0
  const accounts = owned ? [{ uid: owner.uid, gid: owner.gid }] : await unprivilegedAccounts()
  for (const account of owned ? [] : accounts) {
    const namespace = ['unshare', '--user', `--map-user=${account.uid}`, `--map-group=${account.gid}`, '--']
    if (runs([...namespace, 'true']))
      return { binDir, prefix: [...namespace, ...deathSignal(namespace)], how: 'user namespace' }
  }
  for (const account of accounts) {
    if (runs(['test', '-x', dirname(dataDir)], account)) return droppedTo(account, binDir, dataDir)
  }
  for (const account of accounts) {
    const prefix = passingThrough(account, dirname(dataDir))
    if (prefix === undefined) continue
    const how = `as uid ${account.uid}, passing through root's directories`
    return { binDir, owner: account, prefix: [...prefix, ...deathSignal(prefix)], how }
  }
  throw new OperatorError(
    `Postgres refuses to run as root, user namespaces are not permitted here, and no unprivileged account reaches ` +
      `${dirname(dataDir)}: run as another user, or choose a data directory that others may enter`,
  )
}

/** Hands a tree to the identity's account, where it has one of its own. */
export async function giveTo(identity: Identity, path: string): Promise<void> {
  if (identity.owner !== undefined) await chown(path, identity.owner.uid, identity.owner.gid)
}

async function droppedTo(account: Account, binDir: string, dataDir: string): Promise<Identity> {
  const reachable = runs(['test', '-x', join(binDir, 'postgres')], account)
  const dir = reachable ? binDir : await copyBinaries(binDir, `${dataDir}.bin`)
  return { binDir: dir, account, owner: account, prefix: deathSignal([], account), how: `as uid ${account.uid}` }
}

/** A command that keeps one capability of root while it drops the rest; undefined where that doesn't lead into `dir`. */
function passingThrough({ uid, gid }: Account, dir: string): string[] | undefined {
  return ['dac_read_search', 'dac_override']
    .map((name) => [
      'setpriv',
      // Without it access(2) judges by the account alone.
      ...['--securebits', '+no_setuid_fixup', '--reuid', String(uid), '--regid', String(gid), '--clear-groups'],
      ...['--inh-caps', `+${name}`, '--ambient-caps', `+${name}`, '--'],
    ])
    .find((command) => runs([...command, 'test', '-x', dir]))
}

/** Copies `bin`, `lib` and `share`, so that the server finds its parts by their relative places. */
async function copyBinaries(binDir: string, target: string): Promise<string> {
  if ((await stat(join(target, 'bin', 'postgres')).catch(() => undefined)) === undefined) {
    const staging = `${target}.${process.pid}`
    await cp(dirname(binDir), staging, { recursive: true, verbatimSymlinks: true })
    await rm(target, { recursive: true, force: true })
    await rename(staging, target)
  }
  return join(target, 'bin')
}

/** Has the server shut down when this process dies, however it dies, where the system can do that (Linux). */
function deathSignal(within: readonly string[], account?: Account): string[] {
  const command = ['setpriv', '--pdeathsig', 'INT', '--']
  return process.platform === 'linux' && runs([...within, ...command, 'true'], account) ? command : []
}

function runs(command: readonly string[], account?: Account): boolean {
  const [program, ...args] = command
  return spawnSync(program!, args, { stdio: 'ignore', cwd: '/', timeout: 10_000, ...account }).status === 0
}

/** Accounts to run as, the likeliest first. It must be a known one: initdb looks its name up. */
async function unprivilegedAccounts(): Promise<Account[]> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n')
  const byName = new Map(
    lines.map((line) => line.split(':')).map((f) => [f[0], { uid: Number(f[2]), gid: Number(f[3]) }]),
  )
  const wanted = ['postgres', 'nobody', 'daemon'].flatMap((name) => byName.get(name) ?? [])
  return wanted.filter((account) => account.uid > 0 && account.gid > 0)
}
