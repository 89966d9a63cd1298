import { RpcError } from '@heliograph/rpc'
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
  const answer = peers.relay(tag, { ...exchange.request, kind }, { signal: aborted.signal })
  if (answer === undefined) {
    lost()
    return
  }
  edge.events.relayed()
  answer.then(
    (reply) => exchange.answer(reply),
    (error: unknown) => {
      if (aborted.signal.aborted) return
      edge.events.relayFailed(error)
      // Nobody is there any more; else the client asks again (XEP-0124 §17.1).
      if (error instanceof RpcError && error.code === 'UNAVAILABLE') lost()
      else exchange.answer({ status: 503, type: 'text/plain', body: Buffer.alloc(0) })
    },
  )
}
