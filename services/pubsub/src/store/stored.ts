import type { BareJid } from '@heliograph/jid'
import type { Affiliation, Subscription } from '../access/standing.ts'
import type { NodeConfig } from '../forms/node-config.ts'

/** Which node: `service` is the address that has it, a service of ours or an account. */
export interface NodeName {
  readonly service: BareJid
  readonly node: string
}

/** A node as it is stored, without what may be much: items, subscriptions, affiliations. */
export interface StoredNode {
  readonly id: string
  readonly creator: BareJid
  /** Milliseconds since 1970. */
  readonly created: number
  /** Ingress id of the request that made it, or empty. */
  readonly createdBy: string
  readonly config: NodeConfig
  /** Of the last item; 0 without any. */
  readonly lastSequence: number
  /** It may be in a collection. */
  readonly isContained: boolean
}

export interface NewNode extends NodeName {
  readonly creator: BareJid
  readonly createdBy: string
  readonly config: NodeConfig
}

export interface Affiliate {
  readonly jid: BareJid
  readonly affiliation: Affiliation
}

/** A subscription or affiliation of somebody, by its node. */
export type OfNode<T> = T & { readonly node: string }
export type SubscriptionOf = OfNode<Subscription>

/** An item to be stored. */
export interface NewItem {
  readonly id: string
  readonly sequence: number
  /** The payload element as XML that declares all it uses; empty: none. */
  readonly payload: Buffer
}

export interface Item extends NewItem {
  readonly publisher: BareJid
}

/** Ingress id of a request; no stream where a server made it. */
export interface Ingress {
  readonly stream: string
  readonly count: number
}

/** By whom, and with which request, items are published. */
export interface Publication extends Ingress {
  readonly publisher: BareJid
}

/** What a request has done, now or when it came first. */
export interface Done {
  /** It had come before: nothing was done now. */
  readonly isKnown: boolean
  /** Under which what it did is told: of a publication the last item's. */
  readonly sequence: number
}
