import type { HeliographConfig } from '@heliograph/config'
import { type BareJid, ensureDomain } from '@heliograph/jid'
import type { NodeName } from '../store/stored.ts'

type DeliveryConfig = HeliographConfig['events']['deliveries'][number]

interface Rule {
  readonly name: string
  /** Undefined: of any service. */
  readonly service: BareJid | undefined
  readonly names: ReadonlySet<string>
  readonly prefixes: readonly string[]
}

const NONE: readonly string[] = []

/** Which deliveries have what happens at a node. */
export class Deliveries {
  readonly #rules: readonly Rule[]

  constructor(deliveries: readonly DeliveryConfig[]) {
    this.#rules = deliveries.map(({ name, domain, nodes }) => ({
      name,
      service: domain === undefined ? undefined : (`pubsub.${ensureDomain(domain)}` as BareJid),
      names: new Set(nodes.filter((node) => !node.endsWith('*'))),
      prefixes: nodes.filter((node) => node.endsWith('*')).map((node) => node.slice(0, -1)),
    }))
  }

  of({ service, node }: NodeName): readonly string[] {
    // What accounts have (XEP-0163) is theirs.
    if (this.#rules.length === 0 || service.includes('@')) return NONE
    const meant = this.#rules.filter((rule) => rule.service === undefined || rule.service === service)
    return meant
      .filter(({ names, prefixes }) => names.has(node) || prefixes.some((prefix) => node.startsWith(prefix)))
      .map(({ name }) => name)
  }
}
