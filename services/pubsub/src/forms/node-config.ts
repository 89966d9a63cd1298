import type { BareJid } from '@heliograph/jid'

/** Who may subscribe to a node and read it (XEP-0060 §4.5). */
export type AccessModel = 'open' | 'presence' | 'roster' | 'authorize' | 'whitelist'

/** Who may publish to it, beside those whose affiliation says so (§16.4.4). */
export type PublishModel = 'publishers' | 'subscribers' | 'open'

/** Whether it has items, or other nodes (XEP-0248). */
export type NodeType = 'leaf' | 'collection'

/** How a node is set up (XEP-0060 §16.4.4). Immutable; each property is declared in {@link NODE_FIELDS}. */
export interface NodeConfig {
  readonly nodeType: NodeType
  readonly title: string
  readonly description: string
  /** Usually the namespace of the payloads. */
  readonly type: string
  /** RFC 5646; empty: not said. */
  readonly language: string
  readonly contacts: readonly BareJid[]
  readonly accessModel: AccessModel
  /** With `roster`: contacts in any of these. */
  readonly rosterGroups: readonly string[]
  readonly publishModel: PublishModel
  /** Whether new subscriptions are let in. */
  readonly subscribe: boolean
  readonly persistItems: boolean
  /** Undefined: as many as a node may have (`max`). */
  readonly maxItems: number | undefined
  /** Seconds; undefined: items stay (`max`). */
  readonly itemExpire: number | undefined
  /** Bytes. */
  readonly maxPayloadSize: number
  readonly deliverNotifications: boolean
  readonly deliverPayloads: boolean
  readonly notificationType: 'headline' | 'normal'
  readonly notifyConfig: boolean
  readonly notifyDelete: boolean
  readonly notifyRetract: boolean
  readonly sendLastItem: 'never' | 'on_sub' | 'on_sub_and_presence'
  /** Of a collection: who may put nodes of his into it. */
  readonly childrenPolicy: 'owners' | 'whitelist' | 'all'
  readonly childrenWhitelist: readonly BareJid[]
  /** Undefined: as many as a collection may have (`max`). */
  readonly childrenMax: number | undefined
}
