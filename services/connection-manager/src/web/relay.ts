import type { Edge } from '../edge.ts'
import type { Exchange } from './exchange.ts'
import type { Peers, SessionKind } from './peers.ts'

interface Relay {
  readonly edge: Edge
  readonly peers: Peers
  readonly exchange: Exchange
  readonly kind: SessionKind
  /** Of the instance that holds the session. */
  readonly tag: string
}

/** Lets the edge that holds the session answer. `lost` is called when there is no such edge: with it its sessions are gone. */
export function relay({ edge, peers, exchange, kind, tag }: Relay, lost: () => void): void {
  const aborted = new AbortController()
  exchange.onGone = () => aborted.abort()
  edge.events.relayed()
  peers.relay(tag, { ...exchange.request, kind }, { signal: aborted.signal }).then(
    (reply) => {
      if (reply === undefined) lost()
      else exchange.answer(reply)
    },
    (error: unknown) => {
      if (aborted.signal.aborted) return
      edge.events.relayFailed(error)
      // The client asks again (XEP-0124 §17.1).
      exchange.answer({ status: 503, type: 'text/plain', body: Buffer.alloc(0) })
    },
  )
}
