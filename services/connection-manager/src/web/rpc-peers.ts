import { setTimeout as sleep } from 'node:timers/promises'
import { Kind } from '@heliograph/bus'
import type { Ownership } from '@heliograph/ownership'
import {
  type RpcClients,
  RpcError,
  type ServedContract,
  serve,
  type WebExchangeReply,
  webContract,
} from '@heliograph/rpc'
import type { Exchange, WebReply } from './exchange.ts'
import { type Peers, type RelayedRequest, tagOf } from './peers.ts'

/** Longer than any request is held: whoever holds it answers in time, or is told that its client has gone. */
const MARGIN_MS = 10_000
/**
 * Who doesn't answer is asked again after so long: it may be a connection that broke. Once is enough for one that has answered before; one
 * that has just come, perhaps to an address where nobody answered for a while, gets the time that gRPC waits then.
 */
const AGAIN_MS = 300
const MOST_ATTEMPTS = 10
/** The list of members is read so often at most: ids of sessions are anybody's to invent. */
const LOOK_EVERY_MS = 250

/** The other edges, by the list of members and over gRPC. */
export function rpcPeers(rpc: RpcClients, ownership: Ownership, holdSeconds: number): Peers {
  const members = new Members(ownership)
  const timeoutMs = holdSeconds * 1000 + MARGIN_MS
  return {
    async relay(tag, request, { signal }) {
      for (let attempt = 1; ; attempt++) {
        if (members.find(tag) === undefined) await members.look()
        const member = members.find(tag)
        if (member === undefined) return undefined
        try {
          const reply = await rpc.at(webContract, member.address).exchange(request, { timeoutMs, signal })
          member.answered = true
          return replyOf(reply)
        } catch (error) {
          if (!(error instanceof RpcError) || error.code !== 'UNAVAILABLE') throw error
        }
        if (attempt >= (member.answered ? 2 : MOST_ATTEMPTS)) return undefined
        await sleep(AGAIN_MS, undefined, { signal })
      }
    },
  }
}

interface Member {
  readonly instance: string
  readonly address: string
  answered: boolean
}

/** The edges, by their tags. */
class Members {
  readonly #ownership: Ownership
  #known = new Map<string, Member>()
  #looked = Number.NEGATIVE_INFINITY
  #looking: Promise<void> = Promise.resolve()

  constructor(ownership: Ownership) {
    this.#ownership = ownership
  }

  find(tag: string): Member | undefined {
    const known = this.#known.get(tag)
    const members = this.#ownership.members(Kind.instance)
    if (known !== undefined && members.some(({ instance }) => instance === known.instance)) return known
    this.#known = new Map(members.filter(({ rpc }) => rpc !== '').map((member) => this.#entry(member)))
    return this.#known.get(tag)
  }

  /** Sees members that have just come. */
  look(): Promise<void> {
    const now = performance.now()
    if (now - this.#looked >= LOOK_EVERY_MS) {
      this.#looked = now
      this.#looking = this.#ownership.refresh(Kind.instance)
    }
    return this.#looking
  }

  #entry({ instance, rpc }: { instance: string; rpc: string }): [string, Member] {
    const tag = tagOf(instance)
    return [tag, this.#known.get(tag) ?? { instance, address: rpc, answered: false }]
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
