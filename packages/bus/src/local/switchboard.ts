import { type Logger, type Metrics, silentTelemetry } from '@heliograph/telemetry'
import type { InstanceId } from '../envelope.ts'
import { createMeters, type Meters } from '../meters.ts'
import { LocalLinks } from './local-links.ts'

export interface SwitchboardOptions {
  /** Passes every envelope through its encoding, so that nothing can lean on sharing. For tests. */
  readonly encode?: boolean | undefined
  /** Bytes queued to one peer, roughly, from which `send` refuses. */
  readonly queueBytes?: number | undefined
  readonly log?: Logger | undefined
  readonly metrics?: Metrics | undefined
}

/** Where the instances within one process meet. */
export interface Switchboard {
  /** @throws Error when the instance has links already */
  links(instance: InstanceId): LocalLinks
}

export function createSwitchboard(options: SwitchboardOptions = {}): Switchboard {
  return new Exchange(options)
}

type Listener = (message: Uint8Array, from: InstanceId) => void

/**
 * So many times in one turn of the event loop everything queued is handed over: a stanza that crosses several services needs one
 * turn, not one per hop, and sockets are still served in between.
 */
const rounds = 8
const mostAnnouncements = 4096

/** What the links of a switchboard share. */
export class Exchange implements Switchboard {
  readonly encode: boolean
  readonly queueBytes: number
  readonly log: Logger
  readonly meters: Meters
  readonly #links = new Map<InstanceId, LocalLinks>()
  readonly #topics = new Map<string, Set<Listener>>()
  #announcements: (() => void)[] = []
  #waiting: LocalLinks[] = []
  #tasks: (() => void)[] = []
  #immediate: NodeJS.Immediate | undefined

  constructor(options: SwitchboardOptions) {
    const silent = silentTelemetry()
    this.encode = options.encode ?? false
    this.queueBytes = options.queueBytes ?? 64 * 1024 * 1024
    this.log = options.log ?? silent.log
    this.meters = createMeters(options.metrics ?? silent.metrics, () => this.#backlog())
  }

  links(instance: InstanceId): LocalLinks {
    if (this.#links.has(instance)) throw new Error(`${instance} has links already`)
    const links = new LocalLinks(instance, this)
    this.#links.set(instance, links)
    return links
  }

  find(instance: InstanceId): LocalLinks | undefined {
    return this.#links.get(instance)
  }

  remove(links: LocalLinks): void {
    if (this.#links.get(links.instance) === links) this.#links.delete(links.instance)
  }

  /** Hands over what `links` has queued, in this turn of the event loop, after its sockets have been served. */
  wake(links: LocalLinks): void {
    if (links.waiting) return
    links.waiting = true
    this.#waiting.push(links)
    this.#schedule()
  }

  /** Runs `task` in this turn of the event loop, after what is queued now was handed over. */
  beforeFlush(task: () => void): void {
    this.#tasks.push(task)
    this.#schedule()
  }

  /** An instance began to receive: what is queued for it can go. */
  arrived(instance: InstanceId): void {
    for (const links of this.#links.values()) links.retry(instance)
  }

  announce(topic: string, message: Uint8Array, from: InstanceId): void {
    const listeners = this.#topics.get(topic)
    if (listeners === undefined || this.#announcements.length >= mostAnnouncements) return
    const copy = Buffer.from(message)
    for (const listener of listeners) {
      this.#announcements.push(() => {
        if (listeners.has(listener)) listener(copy, from)
      })
    }
    this.#schedule()
  }

  listen(topic: string, handler: Listener): () => void {
    const listeners = this.#topics.get(topic) ?? new Set()
    this.#topics.set(topic, listeners)
    const listener: Listener = (message, from) => handler(message, from)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  #schedule(): void {
    this.#immediate ??= setImmediate(this.#run)
  }

  readonly #run = (): void => {
    for (let round = 0; round < rounds && this.#pending; round++) this.#round()
    this.#immediate = undefined
    if (this.#pending) this.#schedule()
  }

  get #pending(): boolean {
    return this.#waiting.length + this.#tasks.length > 0 || this.#announcements.length > 0
  }

  #round(): void {
    const waiting = this.#waiting
    const announcements = this.#announcements
    const tasks = this.#tasks
    this.#waiting = []
    this.#tasks = []
    this.#announcements = []
    for (const links of waiting) links.handOver()
    for (const task of tasks) task()
    for (const announce of announcements) {
      try {
        announce()
      } catch (error) {
        this.log.error('announcement_failed', { error })
      }
    }
  }

  #backlog(): number {
    let bytes = 0
    for (const links of this.#links.values()) bytes += links.backlog
    return bytes
  }
}
