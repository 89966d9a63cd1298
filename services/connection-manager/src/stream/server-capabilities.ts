import type { Domain } from '@heliograph/jid'
import type { Capabilities, OfServerReply } from '@heliograph/rpc'
import { NS } from '@heliograph/stanza'
import type { Logger } from '@heliograph/telemetry'

/** A session instance of another version may answer otherwise, so it is asked again now and then. */
const FRESH_MS = 60_000
/** After an answer failed to come, e.g. while no session instance is there yet. */
const RETRY_MS = 1_000

interface Known {
  feature: string
  askAgainAt: number
}

/**
 * The server's capabilities as a stream feature (XEP-0115 §6.3, XEP-0390 §5.2). Session instances know them; no stream waits for their
 * answer: until it is there the feature, which is optional, is left out.
 */
export class ServerCapabilities {
  readonly #ask: Pick<Capabilities, 'ofServer'>
  readonly #log: Logger
  readonly #now: () => number
  readonly #known = new Map<Domain, Known>()

  constructor(ask: Pick<Capabilities, 'ofServer'>, log: Logger, now: () => number = () => performance.now()) {
    this.#ask = ask
    this.#log = log
    this.#now = now
  }

  /** '' while it isn't known. @param domain one of ours */
  featureOf(domain: Domain): string {
    const known = this.#known.get(domain)
    if (known === undefined || this.#now() >= known.askAgainAt) void this.refresh(domain)
    return known?.feature ?? ''
  }

  /** Never rejects: what was known stays good. */
  async refresh(domain: Domain): Promise<void> {
    const known = this.#known.get(domain) ?? { feature: '', askAgainAt: 0 }
    known.askAgainAt = this.#now() + FRESH_MS
    this.#known.set(domain, known)
    try {
      known.feature = feature(await this.#ask.ofServer({ domain }))
    } catch (error) {
      known.askAgainAt = this.#now() + RETRY_MS
      this.#log.warn('server_capabilities_unknown', { domain, reason: (error as Error).message })
    }
  }
}

function feature({ node, ver, sha256, sha3 }: OfServerReply): string {
  const hash = (algo: string, value: string) => `<hash xmlns='${NS.hashes}' algo='${algo}'>${value}</hash>`
  return (
    `<c xmlns='${NS.caps}' hash='sha-1' node='${node}' ver='${ver}'/>` +
    `<c xmlns='${NS.caps2}'>${hash('sha-256', sha256)}${hash('sha3-256', sha3)}</c>`
  )
}
