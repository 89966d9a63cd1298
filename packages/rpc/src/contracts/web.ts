import { contract } from '../contract.ts'

export interface WebExchangeRequest {
  readonly kind: 'bosh' | 'polling'
  readonly body: Uint8Array
  readonly address: string
  readonly secure: boolean
}
export interface WebExchangeReply {
  readonly status: number
  readonly type: string
  readonly body: Uint8Array
  /** Empty for none. */
  readonly cookie: string
}

/** `heliograph.v1.WebSessions`; the guarantees are in `proto/heliograph/v1/web.proto`. */
export interface WebSessions {
  exchange(request: WebExchangeRequest): Promise<WebExchangeReply>
}

export const webContract = contract<WebSessions>('heliograph/v1/web.proto', 'heliograph.v1.WebSessions')
