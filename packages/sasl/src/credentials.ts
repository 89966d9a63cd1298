import type { Domain } from '@heliograph/jid'
import type { SaslCondition } from './conditions.ts'

/** The hash functions SCRAM is used with (RFC 5802, RFC 7677, and SHA-512 by the same scheme). */
export const SCRAM_HASHES = ['SHA-1', 'SHA-256', 'SHA-512'] as const
export type ScramHash = (typeof SCRAM_HASHES)[number]

/** Who asks. */
export interface CredentialsRequest {
  /** A prepared local part. */
  readonly username: string
  readonly domain: Domain
  /** The client's address, for counting failures. */
  readonly source: string
}

export interface ScramStartRequest extends CredentialsRequest {
  readonly hash: ScramHash
}

export interface ScramFinishRequest extends ScramStartRequest {
  readonly handle: string
  readonly authMessage: string
  readonly clientProof: Buffer
}

export interface PasswordRequest extends CredentialsRequest {
  /** As the client sent it; the implementation prepares it. */
  readonly password: string
}

export interface Refusal {
  readonly ok: false
  readonly condition: SaslCondition
}

export type ScramStart =
  | {
      readonly ok: true
      readonly salt: Buffer
      readonly iterations: number
      /** Hands the finish what the start found; opaque. */
      readonly handle: string
    }
  | Refusal

export type ScramFinish = { readonly ok: true; readonly serverSignature: Buffer } | Refusal

export type PasswordCheck = { readonly ok: true } | Refusal

/**
 * What knows the credentials. Keys and passwords never leave an implementation. An unknown user is answered like a known
 * one, in content and in time: a start gives a salt that stays the same, a finish or check gives `not-authorized`.
 * A start and its finish may reach different instances.
 * @throws only when it can't answer (a dependency is away): the dialogue then fails with `temporary-auth-failure`
 */
export interface Credentials {
  scramStart(request: ScramStartRequest): Promise<ScramStart>
  scramFinish(request: ScramFinishRequest): Promise<ScramFinish>
  checkPassword(request: PasswordRequest): Promise<PasswordCheck>
}
