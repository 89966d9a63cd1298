import type { BareJid, Jid } from '@heliograph/jid'
import type { Element } from '@heliograph/xml'
import type { Asker } from '../account/asker.ts'
import type { PubsubContext } from '../context.ts'
import type { Node } from '../node/node.ts'

/** What handlers of IQs act with: to the service as entity `server`, to a node as `item`. */
export interface NodeIq {
  readonly pubsub: PubsubContext
  readonly service: BareJid
  /** Full JID of the client that asks. */
  readonly from: Jid
  /** Who that is to the account whose nodes are asked; undefined at a service. */
  readonly asker: Asker | undefined
}

/** Of a request to a node, which may be one that isn't there. It runs in the node's mailbox, which waits for the promise that a handler returns. */
export interface ItemIq extends NodeIq {
  readonly node: Node
  /** Ingress id; no stream where a server made it. */
  readonly stream: string
  readonly count: number
  readonly trace: string
  /** The sender keeps the request until the returned function is called: should this instance die before, its successor is asked again. */
  readonly hold: () => () => void
  /** Sends the result ahead of what the handler, which returns `answered` then, has still to do. */
  readonly answerNow: (payload: Element) => void
}

/** @throws where a request that isn't for a node reaches a handler that is */
export function ofNode(iq: NodeIq): ItemIq {
  if (!('node' in iq)) throw new Error('this is asked of nodes only')
  return iq as ItemIq
}
