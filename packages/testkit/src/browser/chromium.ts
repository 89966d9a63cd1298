import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kill } from 'node:process'
import { endChild, spawnChild } from '../child.ts'
import { findBinary } from '../infrastructure/binaries.ts'
import { DevTools } from './dev-tools.ts'
import { Page } from './page.ts'

/** The program of a Chromium that this machine has; it is too large to be installed for a test. */
export function findChromium(): string | undefined {
  return ['chromium', 'chromium-browser', 'google-chrome'].map(findBinary).find((path) => path !== undefined)
}

const START_MS = 30_000
const FLAGS = [
  '--headless=new',
  // Root can't be kept in the sandbox; what is loaded is our own.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  // Servers under test sign their certificates themselves.
  '--ignore-certificate-errors',
  '--window-size=1100,700',
  '--remote-debugging-port=0',
]

/** A Chromium without a window, with a profile of its own. */
export class Chromium implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #profile: string
  readonly #tools: DevTools

  private constructor(child: ChildProcess, profile: string, tools: DevTools) {
    this.#child = child
    this.#profile = profile
    this.#tools = tools
  }

  /** @param program see {@link findChromium} */
  static async start(program: string): Promise<Chromium> {
    const profile = await mkdtemp(join(tmpdir(), 'hg-chromium-'))
    const child = spawnChild(program, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'])
    try {
      return new Chromium(child, profile, await DevTools.connect(await listening(child)))
    } catch (error) {
      await remove(child, profile)
      throw error
    }
  }

  /** Opens an address in a context of its own: with storage that no other page shares. */
  async open(url: string): Promise<Page> {
    const { browserContextId } = await this.#tools.call('Target.createBrowserContext')
    const { targetId } = await this.#tools.call('Target.createTarget', { url: 'about:blank', browserContextId })
    const { sessionId } = await this.#tools.call('Target.attachToTarget', { targetId, flatten: true })
    const page = new Page(this.#tools, String(sessionId))
    await page.navigate(url)
    return page
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#tools.close()
    await remove(this.#child, this.#profile)
  }
}

async function remove(child: ChildProcess, profile: string): Promise<void> {
  await endChild(child, 'SIGTERM')
  // Helpers of it that are still ending would make the profile anew: they are in its process group.
  try {
    if (child.pid !== undefined) kill(-child.pid, 'SIGKILL')
  } catch {
    // They have ended.
  }
  await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
}

/** The address of its developer tools, which it prints. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    setTimeout(() => reject(new Error(`Chromium does not answer: ${printed}`)), START_MS).unref()
    child.stderr?.on('data', (chunk) => {
      printed = (printed + String(chunk)).slice(-4_000)
      const address = /DevTools listening on (ws:\S+)/.exec(printed)?.[1]
      if (address !== undefined) resolve(address)
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`Chromium has ended: ${printed}`)))
  })
}
