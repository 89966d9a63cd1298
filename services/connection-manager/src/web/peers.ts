import { createHash } from 'node:crypto'
import type { WebReply, WebRequest } from './exchange.ts'

/** The other edges: any of them may get a request for a session that one of them holds. */
export interface Peers {
  /**
   * Has the instance with this tag answer a request. Resolves undefined when there is none (any more): with it its sessions are gone.
   * Rejects when it is there and doesn't answer, or when `signal` aborts, which tells it that the client has gone.
   */
  relay(tag: string, request: RelayedRequest, options: { signal: AbortSignal }): Promise<WebReply | undefined>
}

/** Which kind of session a request is for. */
export type SessionKind = 'bosh' | 'polling'

export interface RelayedRequest extends WebRequest {
  readonly kind: SessionKind
}

/** No other edges. */
export const nobody: Peers = { relay: () => Promise.resolve(undefined) }

export const TAG_LENGTH = 8

/** What session ids begin with: names the instance that holds the session, to those who know its id, and tells others nothing. */
export function tagOf(instance: string): string {
  return createHash('sha256').update(instance).digest('base64url').slice(0, TAG_LENGTH)
}
