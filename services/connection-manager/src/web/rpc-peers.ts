import { Kind } from '@heliograph/bus'
import type { Ownership } from '@heliograph/ownership'
import { type RpcClients, type ServedContract, serve, type WebExchangeReply, webContract } from '@heliograph/rpc'
import type { Exchange, WebReply } from './exchange.ts'
import { type Peers, type RelayedRequest, tagOf } from './peers.ts'

/** Longer than any request is held: whoever holds it answers in time, or is told that its client has gone. */
const MARGIN_MS = 10_000

/** The other edges, by the list of members and over gRPC. */
export function rpcPeers(rpc: RpcClients, ownership: Ownership, holdSeconds: number): Peers {
  const tags = new Map<string, string>()
  const tag = (instance: string): string => {
    let known = tags.get(instance)
    if (known === undefined) {
      known = tagOf(instance)
      tags.set(instance, known)
    }
    return known
  }
  return {
    relay(to, { kind, body, address, secure }, { signal }) {
      const members = ownership.members(Kind.instance)
      if (tags.size > 2 * members.length + 16) tags.clear()
      const holder = members.find((member) => member.rpc !== '' && tag(member.instance) === to)
      if (holder === undefined) return undefined
      const timeoutMs = holdSeconds * 1000 + MARGIN_MS
      return rpc
        .at(webContract, holder.rpc)
        .exchange({ kind, body, address, secure }, { timeoutMs, signal })
        .then(replyOf)
    },
  }
}

function replyOf({ status, type, body, cookie }: WebExchangeReply): WebReply {
  return { status, type, body: Buffer.from(body), ...(cookie === '' ? {} : { cookie }) }
}

/** Answers what other edges relay. */
export function serveRelayed(
  take: (request: RelayedRequest, reply: (reply: WebReply) => void) => Exchange,
): ServedContract {
  return serve(webContract, {
    exchange: ({ body, ...request }, { signal }) =>
      new Promise((resolve) => {
        const reply = ({ cookie = '', ...rest }: WebReply) => resolve({ ...rest, cookie })
        const exchange = take({ ...request, body: Buffer.from(body) }, reply)
        signal.addEventListener('abort', () => exchange.leave())
      }),
  })
}
