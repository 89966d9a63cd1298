import { randomBytes } from 'node:crypto'
import { isUnavailable } from '@heliograph/database'
import type { FullJid } from '@heliograph/jid'
import { Gate } from '@heliograph/ownership'
import { el, iqGet, NS, type Stanza } from '@heliograph/stanza'
import type { Logger, Metrics } from '@heliograph/telemetry'
import type { Capabilities } from '../users/resource.ts'
import type { User } from '../users/user.ts'
import { type Advertised, advertisedIn } from './advertised.ts'
import { readDisco } from './disco-info.ts'
import { KnownFeatures } from './known-features.ts'

/** Characters of features that an instance remembers. */
const REMEMBERED = 4_194_304
const LOOKUPS_MAX = 1_000
const QUERIES_AT_ONCE = 4
const ANSWER_WITHIN_MS = 15_000
/** How often a session may come up with something unknown. */
const QUESTIONS_MAX = 20

/** Whose capabilities are looked up: a client of the user's, or one of a contact elsewhere. */
export interface Able {
  readonly jid: FullJid
  readonly presence: Stanza | undefined
  capabilities: Capabilities | undefined
}

interface Lookup {
  readonly advertised: Advertised
  /** Who advertises it and hasn't been asked. */
  readonly candidates: Map<Able, User>
  /** All who wait for the answer. */
  readonly waiting: Map<Able, User>
  /** The store doesn't know it. */
  unknown: boolean
  asked: { readonly resource: Able; readonly id: string; readonly until: number } | undefined
}

export interface CapabilityParts {
  readonly store: {
    find(key: string): Promise<readonly string[] | undefined>
    add(key: string, features: readonly string[]): Promise<void>
  }
  readonly send: (user: User, resource: Able, stanza: Stanza) => void
  /** Whether something can be sent to it, and is answered to this instance. */
  readonly reachable: (user: User, resource: Able) => boolean
  /** The features of a client that is there have become known. */
  readonly learned: (user: User, resource: Able) => void
  readonly log: Logger
  readonly metrics: Metrics
  readonly now?: () => number
}

/**
 * What the clients of the users owned here can do (XEP-0115, XEP-0390). Who advertises a hash that nobody in the cluster knows is asked,
 * one of those who do at a time; what proves to be right is remembered for all. Nothing waits for it: until it is known, and
 * where a client lies, features are unknown.
 */
export class ClientCapabilities {
  readonly #parts: CapabilityParts
  readonly #now: () => number
  readonly #known = new KnownFeatures(REMEMBERED)
  readonly #lookups = new Map<string, Lookup>()
  readonly #queries = new Gate(QUERIES_AT_ONCE)
  readonly #count: (outcome: 'verified' | 'refused' | 'unanswered' | 'full') => void

  constructor(parts: CapabilityParts) {
    this.#parts = parts
    this.#now = parts.now ?? (() => performance.now())
    const { metrics } = parts
    const counter = (outcome: string) =>
      metrics.counter('heliograph_session_capabilities_total', 'Look-ups of what clients can do', { outcome })
    const counters = {
      verified: counter('verified'),
      refused: counter('refused'),
      unanswered: counter('unanswered'),
      full: counter('full'),
    }
    this.#count = (outcome) => counters[outcome].add()
    metrics.gauge('heliograph_session_capabilities_known', 'Sets of capabilities in memory', () => this.#known.size)
    metrics.gauge('heliograph_session_capabilities_lookups', 'Look-ups under way', () => this.#lookups.size)
  }

  /** The features of the client, where they are known and proven. */
  featuresOf(resource: Able): ReadonlySet<string> | undefined {
    return resource.capabilities?.features
  }

  /** To be called when the presence of a resource has changed, and when a resource was taken over. */
  note(user: User, resource: Able): void {
    const advertised = resource.presence && advertisedIn(resource.presence)
    const before = resource.capabilities
    const key = advertised?.key ?? ''
    if (key === (before?.key ?? '')) return
    if (before) this.#forget(resource, before.key)
    const features = this.#known.get(key)
    const asks = advertised !== undefined && features === undefined
    resource.capabilities = { key, features, questions: (before?.questions ?? 0) + (asks ? 1 : 0) }
    if (asks) this.#wait(user, resource, advertised)
  }

  /** A session ended. */
  left(resource: Able): void {
    if (resource.capabilities) this.#forget(resource, resource.capabilities.key)
  }

  /** Whether the response of a client is one that was waited for here. */
  answered(resource: Able, response: Stanza): boolean {
    const lookup = resource.capabilities && this.#lookups.get(resource.capabilities.key)
    if (lookup?.asked?.resource !== resource || lookup.asked.id !== response.id) return false
    const query = response.type === 'result' ? response.child('query', NS.discoInfo) : undefined
    const info = query && readDisco(query)
    if (!info || !lookup.advertised.proves(info)) {
      this.#count('refused')
      this.#askNext(lookup)
      return true
    }
    this.#count('verified')
    this.#found(lookup, info.features)
    if (lookup.advertised.shared) this.#remember(lookup.advertised.key, info.features)
    return true
  }

  /** To be called about once a second: who doesn't answer is waited for no longer. */
  tick(): void {
    for (const lookup of [...this.#lookups.values()]) {
      if (!lookup.unknown) continue
      if (lookup.asked && lookup.asked.until > this.#now()) continue
      if (lookup.asked) this.#count('unanswered')
      this.#askNext(lookup)
    }
  }

  #wait(user: User, resource: Able, advertised: Advertised): void {
    const lookup = this.#lookups.get(advertised.key)
    if (lookup) {
      lookup.waiting.set(resource, user)
      lookup.candidates.set(resource, user)
      return
    }
    if (this.#lookups.size >= LOOKUPS_MAX || resource.capabilities!.questions > QUESTIONS_MAX)
      return this.#count('full')
    const made: Lookup = {
      advertised,
      candidates: new Map([[resource, user]]),
      waiting: new Map([[resource, user]]),
      unknown: false,
      asked: undefined,
    }
    this.#lookups.set(advertised.key, made)
    if (advertised.shared) void this.#queries.run(() => this.#lookUp(made))
    else this.#startAsking(made)
  }

  async #lookUp(lookup: Lookup): Promise<void> {
    const { key } = lookup.advertised
    let features: readonly string[] | undefined
    try {
      features = await this.#parts.store.find(key)
    } catch (error) {
      this.#complain(error)
    }
    if (this.#lookups.get(key) !== lookup) return
    if (features) this.#found(lookup, features)
    else this.#startAsking(lookup)
  }

  #startAsking(lookup: Lookup): void {
    lookup.unknown = true
    this.#askNext(lookup)
  }

  /** Those who can't be reached now stay candidates: sessions that were taken over are heard of in a moment. */
  #askNext(lookup: Lookup): void {
    lookup.asked = undefined
    const { advertised, candidates } = lookup
    for (const [resource, user] of candidates) {
      if (!this.#parts.reachable(user, resource)) continue
      candidates.delete(resource)
      const id = `caps-${randomBytes(9).toString('base64url')}`
      lookup.asked = { resource, id, until: this.#now() + ANSWER_WITHIN_MS }
      const query = el('query', { xmlns: NS.discoInfo, node: advertised.node })
      this.#parts.send(user, resource, iqGet({ id, from: user.domain, to: resource.jid }, query))
      return
    }
    if (candidates.size === 0) this.#lookups.delete(advertised.key)
  }

  #found({ advertised, waiting }: Lookup, list: readonly string[]): void {
    const features: ReadonlySet<string> = new Set(list)
    this.#lookups.delete(advertised.key)
    if (advertised.shared) this.#known.add(advertised.key, features)
    for (const [resource, user] of waiting) {
      if (resource.capabilities?.key !== advertised.key) continue
      resource.capabilities = { ...resource.capabilities, features }
      this.#parts.learned(user, resource)
    }
  }

  #remember(key: string, features: readonly string[]): void {
    void this.#queries.run(() => this.#parts.store.add(key, features)).catch((error: unknown) => this.#complain(error))
  }

  #forget(resource: Able, key: string): void {
    const lookup = this.#lookups.get(key)
    if (lookup === undefined) return
    lookup.waiting.delete(resource)
    lookup.candidates.delete(resource)
    if (lookup.waiting.size === 0) this.#lookups.delete(key)
    else if (lookup.asked?.resource === resource) this.#askNext(lookup)
  }

  /** Without the database each instance asks for itself. */
  #complain(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    if (isUnavailable(error)) this.#parts.log.warn('capabilities_not_stored', { reason })
    else this.#parts.log.error('capabilities_failed', { error })
  }
}
