import { readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { OperatorError } from '@heliograph/telemetry'

const OWNER_FILE = 'heliograph.pid'
const WAIT_MS = 20_000

/** Notes in the data directory that this process runs the server. */
export async function claim(dataDir: string): Promise<void> {
  await writeFile(join(dataDir, OWNER_FILE), `${process.pid} ${await startTime(process.pid)}\n`)
}

/**
 * Clears what an unclean stop left behind: ends a server whose owner has died, and removes a `postmaster.pid` whose
 * number belongs to some other process by now (Postgres would refuse to start).
 * @throws when a living process runs a server on the directory.
 */
export async function clearLeftover(dataDir: string, socketDir: string): Promise<void> {
  const pid = await firstNumber(join(dataDir, 'postmaster.pid'))
  if (pid === undefined) return
  if (!(await isServerOf(pid, dataDir))) {
    await rm(join(dataDir, 'postmaster.pid'), { force: true })
    await rm(join(socketDir, '.s.PGSQL.5432.lock'), { force: true })
    return
  }
  if (await ownerLives(dataDir))
    throw new OperatorError(`another server uses ${dataDir}: its Postgres runs (pid ${pid})`)
  const deadline = Date.now() + WAIT_MS
  process.kill(pid, 'SIGINT') // fast shutdown; harmless when it is under way
  while (await isServerOf(pid, dataDir)) {
    if (Date.now() > deadline) throw new OperatorError(`the Postgres left over on ${dataDir} (pid ${pid}) does not end`)
    await sleep(50)
  }
}

async function ownerLives(dataDir: string): Promise<boolean> {
  const path = join(dataDir, OWNER_FILE)
  const pid = await firstNumber(path)
  if (pid === undefined) return true // somebody else started it, by hand
  const noted = (await readFile(path, 'utf8')).trim()
  return isAlive(pid) && noted === `${pid} ${await startTime(pid)}`
}

/** Postgres makes its data directory its working directory. */
async function isServerOf(pid: number, dataDir: string): Promise<boolean> {
  if (!isAlive(pid)) return false
  if (process.platform !== 'linux') return true
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined)
  return cwd === (await realpath(dataDir))
}

/** Tells two processes of one number apart (Linux: ticks since boot); empty elsewhere. */
async function startTime(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

async function firstNumber(path: string): Promise<number | undefined> {
  const number = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10)
  return Number.isInteger(number) && number > 0 ? number : undefined
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
