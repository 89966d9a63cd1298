import type { Domain } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'
import type { Logger } from '@heliograph/telemetry'
import type { Failure } from '../outbound/failure.ts'
import type { FederationEvents } from './events.ts'

const SILENT_MS = 60_000
const MOST = 1_000

/** Tells what policy didn't let go: all is counted, and of a domain, a direction and a kind something is logged once a minute. */
export class Refusals {
  readonly #log: Logger
  readonly #events: Pick<FederationEvents, 'refused'>
  /** When it was told last. Of too many the oldest is forgotten. */
  readonly #told = new Map<string, number>()

  constructor(log: Logger, events: Pick<FederationEvents, 'refused'>) {
    this.#log = log
    this.#events = events
  }

  tell(domain: Domain, direction: 'in' | 'out', { name }: Stanza, { condition, text }: Failure): void {
    this.#events.refused(direction)
    const key = `${direction} ${name} ${condition} ${domain}`
    const now = performance.now()
    if (now - (this.#told.get(key) ?? Number.NEGATIVE_INFINITY) < SILENT_MS) return
    this.#told.delete(key)
    this.#told.set(key, now)
    if (this.#told.size > MOST) for (const oldest of this.#told.keys().take(1)) this.#told.delete(oldest)
    this.#log.warn('s2s_stanza_refused', { domain, direction, kind: name, reason: text })
  }
}
