import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { endChild, spawnChild } from '../../child.ts'
import { PYTHON } from './slixmpp-peer.ts'

const SCRIPT = join(import.meta.dirname, 'slixmpp_component.py')

export interface ComponentOptions {
  readonly domain: string
  readonly secret: string
  /** Where gateways listen: the next is taken when a connection is lost. */
  readonly ports: readonly number[]
  /** The server, whose certificate (PEM) is checked, if it is to come with SASL (XEP-0225) and not by the handshake of XEP-0114. */
  readonly server?: { readonly domain: string; readonly certificate: string }
  /** A namespace that is delegated to it (XEP-0355): it answers who asks with an element that names him. */
  readonly manages?: string
}

/** Something that a component tells of. */
export type ComponentEvent = Readonly<Record<string, unknown>> & { readonly event: string }

/** slixmpp's ComponentXMPP, or its client as a component, in a Python process of its own: it echoes what it is sent, and grants and returns subscriptions. */
export class SlixmppComponent implements AsyncDisposable {
  /** All it has told, in order. */
  readonly told: ComponentEvent[] = []
  readonly #child: ChildProcess
  readonly #waiting = new Set<() => void>()
  #errors = ''

  constructor(options: ComponentOptions) {
    const argument = JSON.stringify({ ...options, host: '127.0.0.1' })
    this.#child = spawnChild(PYTHON, ['-B', SCRIPT, argument], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child.stderr?.on('data', (chunk) => {
      this.#errors = (this.#errors + String(chunk)).slice(-4_000)
    })
    createInterface(this.#child.stdout!).on('line', (line) => {
      // A module may print a warning.
      if (!line.startsWith('{')) return
      this.told.push(JSON.parse(line) as ComponentEvent)
      for (const look of [...this.#waiting]) look()
    })
  }

  /** Resolves when so many of what it has told match. @throws after `timeoutMs` */
  until(matches: (it: ComponentEvent) => boolean, count = 1, timeoutMs = 20_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#waiting.delete(look)
        reject(new Error(`slixmpp's component told only ${JSON.stringify(this.told)}; ${this.#errors}`))
      }, timeoutMs)
      const look = () => {
        if (this.told.filter(matches).length < count) return
        clearTimeout(late)
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }

  /** Lets it ask an address who it is; the identities come as an event `answer`. */
  ask(jid: string): void {
    this.#child.stdin?.write(`${JSON.stringify({ ask: jid })}\n`)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endChild(this.#child, 'SIGTERM', 2_000)
  }
}
