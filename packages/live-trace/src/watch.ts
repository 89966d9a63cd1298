import { type BareJid, isDomain, parseBare } from '@heliograph/jid'
import { type CallInfo, RpcError, type WatchEvent, type WatchRequest } from '@heliograph/rpc'
import type { Taps } from './taps.ts'

const MOST = 32

/** Answers `heliograph.v1.Instance.Watch`: first an event without a stanza, once it watches, then what it sees. */
export function watch(taps: Taps) {
  let watching = 0
  return async function* (request: unknown, { signal }: CallInfo): AsyncGenerator<WatchEvent, void> {
    const { jid, bodies } = request as WatchRequest
    const user = parseBare(jid)
    if (user === undefined || isDomain(user)) throw new RpcError('INVALID_ARGUMENT', 'not the address of a user')
    if (watching >= MOST) throw new RpcError('RESOURCE_EXHAUSTED', `${MOST} watch here already`)
    watching++
    const done = new AbortController()
    try {
      const tap = taps.open(user as BareJid, bodies, AbortSignal.any([signal, done.signal]))
      yield { place: 'watching', direction: '', jid: user, time: Date.now(), stanza: '', dropped: 0 }
      yield* tap
    } finally {
      done.abort()
      watching--
    }
  }
}
