import { randomUUID } from 'node:crypto'
import { accountNode, isRemaining, NESTED_INFO, NESTED_INFO_WANTED, serverNode } from '@heliograph/delegation'
import type { Domain } from '@heliograph/jid'
import { el, iqGet, NS, type Stanza } from '@heliograph/stanza'
import type { GatewayContext } from '../context.ts'
import type { ComponentStream } from './component-stream.ts'
import type { Definition } from './definition.ts'

/** How often a component is asked again: it may have learned something, and announcements may be lost. */
const AGAIN_MS = 30_000

interface Asked {
  readonly stream: ComponentStream
  readonly node: string
}

/** What components that are connected here do in the namespaces that are delegated to them (XEP-0355 §7.2), told to those who say it in their place. */
export class Nesting implements Disposable {
  readonly #context: Pick<GatewayContext, 'links' | 'hosts'>
  readonly #asked = new Map<string, Asked>()
  readonly #streams = new Map<ComponentStream, Definition>()
  /** The last answer, by node. */
  readonly #known = new Map<string, Uint8Array>()
  #again: NodeJS.Timeout | undefined

  constructor(context: Pick<GatewayContext, 'links' | 'hosts'>) {
    this.#context = context
    const { links } = context
    links.listen(NESTED_INFO_WANTED, () => {
      for (const answer of this.#known.values()) links.announce(NESTED_INFO, answer)
    })
  }

  /** §9: it is asked when it is told what is delegated to it. */
  connected(stream: ComponentStream, definition: Definition): void {
    if (definition.delegations.length === 0) return
    this.#streams.set(stream, definition)
    this.#again ??= setInterval(() => {
      for (const [held, its] of this.#streams) this.#ask(held, its)
    }, AGAIN_MS)
    this.#ask(stream, definition)
  }

  gone(stream: ComponentStream): void {
    this.#streams.delete(stream)
    for (const [id, asked] of this.#asked) if (asked.stream === stream) this.#asked.delete(id)
  }

  /** Whether it is an answer to what was asked here. An error leaves what was known. */
  hears(stream: ComponentStream, answer: Stanza): boolean {
    const { name, type, id = '' } = answer
    const asked = name === 'iq' && (type === 'result' || type === 'error') ? this.#asked.get(id) : undefined
    if (asked?.stream !== stream) return false
    this.#asked.delete(id)
    if (type === 'error' || answer.child('query', NS.discoInfo)?.attrs.node !== asked.node) return true
    const bytes = answer.toBytes(NS.client)
    this.#known.set(asked.node, bytes)
    this.#context.links.announce(NESTED_INFO, bytes)
    return true
  }

  [Symbol.dispose](): void {
    clearInterval(this.#again)
  }

  #ask(stream: ComponentStream, { domain, delegations }: Definition): void {
    for (const [id, asked] of this.#asked) if (asked.stream === stream) this.#asked.delete(id)
    for (const { namespace } of delegations) {
      if (isRemaining(namespace)) continue
      for (const node of [serverNode(namespace), accountNode(namespace)]) this.#askAt(stream, domain, node)
    }
  }

  #askAt(stream: ComponentStream, to: Domain, node: string): void {
    const id = `nested-${randomUUID()}`
    this.#asked.set(id, { stream, node })
    const from = this.#context.hosts.domains[0]!
    stream.deliver(iqGet({ id, from, to }, el('query', { xmlns: NS.discoInfo, node })), () => {})
  }
}
