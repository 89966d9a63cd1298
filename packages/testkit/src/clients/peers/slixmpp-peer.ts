import { type ChildProcess, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Element } from '@heliograph/xml'
import { endChild, spawnChild } from '../../child.ts'
import { aptInstall } from '../../infrastructure/binaries.ts'
import type { Ports } from '../../processes/roles.ts'
import type { Matcher } from '../raw/inbox.ts'
import { type Contact, type PeerClient, type PeerOptions, PeerState } from './peer-client.ts'

/** Debian's package is for Debian's interpreter, whatever else is on PATH. */
export const PYTHON = '/usr/bin/python3'
const DRIVER = join(import.meta.dirname, 'slixmpp_driver.py')

/** The driver itself gives up a request after 10 s. */
const PATIENCE_MS = 30_000

type Answer = Readonly<Record<string, unknown>>

export interface SlixmppOptions extends PeerOptions {
  /** Loads the plug-ins of people's profiles: XEP-0049, 0054, 0055, 0153, 0191. */
  readonly profile?: boolean
  /** Loads those for nodes: XEP-0060, 0084. */
  readonly eventing?: boolean
}

/** Whether slixmpp is there, installing Debian's package when this is root on Debian. */
export function slixmppAvailable(say: (line: string) => void = () => {}): boolean {
  return pythonHas('slixmpp', say)
}

/** Whether a Python module is there, installing Debian's package when this is root on Debian. */
export function pythonHas(module: 'slixmpp' | 'aiohttp', say: (line: string) => void = () => {}): boolean {
  const imports = () => spawnSync(PYTHON, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0
  return imports() || (aptInstall(`python3-${module}`, say) && imports())
}

/** slixmpp in a Python process of its own: STARTTLS, resumption. */
export class SlixmppPeer implements PeerClient {
  readonly library = 'slixmpp'
  jid = ''
  readonly #child: ChildProcess
  readonly #dir: string
  readonly #state: PeerState
  readonly #pending = new Map<number, (answer: Answer) => void>()
  #commands = 0

  private constructor(child: ChildProcess, dir: string, state: PeerState) {
    this.#child = child
    this.#dir = dir
    this.#state = state
    createInterface(child.stdout!).on('line', (line) => this.#onLine(line))
    let errors = ''
    child.stderr?.on('data', (chunk) => {
      errors = (errors + String(chunk)).slice(-4_000)
    })
    child.once('close', () => this.#onEnd(errors))
  }

  static async login(options: SlixmppOptions): Promise<SlixmppPeer> {
    const dir = await mkdtemp(join(tmpdir(), 'hg-slixmpp-'))
    const ca = options.ca === undefined ? null : join(dir, 'ca.pem')
    if (ca !== null) await writeFile(ca, options.ca ?? '')
    const { user, domain, resource, password, host = '127.0.0.1', ports, profile = false, eventing = false } = options
    const jid = `${user === '' ? '' : `${user}@`}${domain}${resource === undefined ? '' : `/${resource}`}`
    const argument = JSON.stringify({ jid, password, host, port: ports.c2s, ca, profile, eventing })
    const child = spawnChild(PYTHON, [DRIVER, argument], { stdio: ['pipe', 'pipe', 'pipe'] })
    const peer = new SlixmppPeer(child, dir, new PeerState(options))
    try {
      await peer.#state.online()
      return peer
    } catch (error) {
      await peer.#remove()
      throw error
    }
  }

  get resumptions(): number {
    return this.#state.resumptions
  }

  get online(): boolean {
    return this.#state.isOnline
  }

  async message(to: string, body: string): Promise<void> {
    await this.#do({ do: 'message', to, body })
  }

  async presence(attributes: { readonly to?: string; readonly type?: string } = {}): Promise<void> {
    await this.#do({ do: 'presence', ...attributes })
  }

  async roster(): Promise<Contact[]> {
    const { contacts } = await this.#do({ do: 'roster' })
    return (contacts as (Contact & { name: string | null })[]).map(({ name, ...rest }) => ({
      ...rest,
      name: name ?? undefined,
    }))
  }

  async saveContact(jid: string, name?: string): Promise<void> {
    await this.#do({ do: 'save', jid, name })
  }

  async removeContact(jid: string): Promise<void> {
    await this.#do({ do: 'remove', jid })
  }

  async block(jid: string): Promise<void> {
    await this.#do({ do: 'block', jid })
  }

  async unblock(jid: string): Promise<void> {
    await this.#do({ do: 'unblock', jid })
  }

  async blocked(): Promise<readonly string[]> {
    return (await this.#do({ do: 'blocked' })).jids as string[]
  }

  async setAvatar(bytes: Buffer): Promise<void> {
    await this.#do({ do: 'avatar', data: bytes.toString('base64') })
  }

  /** The photo in somebody's vCard. */
  async avatarOf(jid: string): Promise<Buffer> {
    const { photo } = await this.#do({ do: 'vcard', jid })
    return Buffer.from(String(photo), 'base64')
  }

  /** Publishes a vCard with nothing but a family name and a nickname. */
  async setNames(family: string, nick: string): Promise<void> {
    await this.#do({ do: 'names', family, nick })
  }

  /** Addresses of the users of that family name. */
  async search(family: string): Promise<readonly string[]> {
    return (await this.#do({ do: 'search', family })).jids as string[]
  }

  /** Keeps a text in private XML storage. */
  async keep(text: string): Promise<void> {
    await this.#do({ do: 'keep', text })
  }

  async kept(): Promise<string> {
    return String((await this.#do({ do: 'kept' })).text)
  }

  /** Publishes a picture at a node of the own account (XEP-0084), and gives its id. */
  async publishAvatar(bytes: Buffer): Promise<string> {
    return String((await this.#do({ do: 'publish_avatar', data: bytes.toString('base64') })).avatar)
  }

  /** A picture that somebody published at a node. */
  async publishedAvatar(jid: string, avatar: string): Promise<Buffer> {
    return Buffer.from(String((await this.#do({ do: 'published_avatar', jid, avatar })).data), 'base64')
  }

  /** Publishes an item at a node. */
  async publish(place: { jid: string; node: string }, item: string, payload: string): Promise<void> {
    await this.#do({ do: 'publish', ...place, item, payload })
  }

  /** Ids of the items of a node. */
  async items(place: { jid: string; node: string }): Promise<readonly string[]> {
    return (await this.#do({ do: 'items', ...place })).ids as string[]
  }

  async subscribe(place: { jid: string; node: string }): Promise<void> {
    await this.#do({ do: 'subscribe', ...place })
  }

  expect(matcher: Matcher, timeoutMs?: number): Promise<Element> {
    return this.#state.expect(matcher, timeoutMs)
  }

  takeAll(matcher: Matcher): Element[] {
    return this.#state.inbox.takeAll(matcher)
  }

  async loseConnection(ports?: Ports): Promise<void> {
    this.#state.expectOnline()
    await this.#do({ do: 'lose', port: ports?.c2s })
    await this.#state.online()
  }

  async close(): Promise<void> {
    await this.#do({ do: 'close' }).catch(() => {}) // it may be gone already
    await this.#remove()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #remove(): Promise<void> {
    await endChild(this.#child, 'SIGTERM', 2_000)
    await rm(this.#dir, { recursive: true, force: true })
  }

  #do(command: object): Promise<Answer> {
    this.#commands += 1
    const id = this.#commands
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`slixmpp did not do: ${JSON.stringify(command)}`)), PATIENCE_MS)
      this.#pending.set(id, (answer) => {
        clearTimeout(late)
        if (answer.error === undefined) resolve(answer)
        else reject(new Error(`slixmpp: ${answer.error}`))
      })
      this.#child.stdin?.write(`${JSON.stringify({ id, ...command })}\n`)
    })
  }

  #onLine(line: string): void {
    if (!line.startsWith('{')) return // a warning that some Python module prints
    const told = JSON.parse(line) as Answer
    if (typeof told.done === 'number') {
      this.#pending.get(told.done)?.(told)
      this.#pending.delete(told.done)
    } else if (told.event === 'stanza') this.#state.receive(String(told.xml))
    else if (told.event === 'offline') this.#state.wentOffline()
    else if (told.event === 'failed') this.#state.fail(new Error(`slixmpp could not log in: ${told.reason}`))
    else {
      this.jid = String(told.jid)
      this.#state.cameOnline(told.event === 'resumed')
    }
  }

  #onEnd(errors: string): void {
    const error = new Error(`the slixmpp process has ended: ${errors}`)
    this.#state.wentOffline()
    this.#state.fail(error)
    this.#state.inbox.end(error)
    for (const settle of this.#pending.values()) settle({ error: error.message })
    this.#pending.clear()
  }
}
