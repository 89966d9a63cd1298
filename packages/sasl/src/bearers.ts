import type { Domain } from '@heliograph/jid'
import type { Refusal } from './credentials.ts'

export interface BearerRequest {
  readonly domain: Domain
  /** The client's address. */
  readonly source: string
  /** As the client sent it. */
  readonly token: string
}

/** Why a token won't do, in the words of RFC 6750 §3.1. */
export type BearerProblem = 'invalid_token' | 'insufficient_scope'

export type BearerCheck =
  | {
      readonly ok: true
      /** The prepared local part of whom the token is for. */
      readonly username: string
    }
  | (Refusal & {
      /** The client is told, so that it can get another token; undefined where another would not help. */
      readonly problem: BearerProblem | undefined
    })

/**
 * What checks tokens that an issuer gave to clients (RFC 6750).
 * @throws only when it can't answer, such as while the issuer's keys can't be had
 */
export interface Bearers {
  checkBearer(request: BearerRequest): Promise<BearerCheck>
}
