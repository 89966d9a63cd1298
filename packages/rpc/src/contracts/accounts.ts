import { contract } from '../contract.ts'

export type ScramHash = 'SHA-1' | 'SHA-256' | 'SHA-512'

export interface ScramStartRequest {
  readonly username: string
  readonly domain: string
  readonly hash: ScramHash
  readonly source: string
}
export interface ScramStartReply {
  readonly salt: Uint8Array
  readonly iterations: number
  readonly handle: string
}
export interface ScramFinishRequest {
  readonly username: string
  readonly domain: string
  readonly hash: ScramHash
  readonly handle: string
  readonly authMessage: string
  readonly clientProof: Uint8Array
  readonly source: string
}
export interface ScramFinishReply {
  readonly ok: boolean
  readonly serverSignature: Uint8Array
  readonly condition: string
}
export interface PasswordRequest {
  readonly username: string
  readonly domain: string
  readonly password: string
}
export interface PasswordFromRequest extends PasswordRequest {
  readonly source: string
}
export interface Verdict {
  readonly ok: boolean
  /** When not ok. */
  readonly condition: string
}

/** `heliograph.v1.Accounts`; the guarantees are in `proto/heliograph/v1/accounts.proto`. */
export interface Accounts {
  scramStart(request: ScramStartRequest): Promise<ScramStartReply>
  scramFinish(request: ScramFinishRequest): Promise<ScramFinishReply>
  checkPassword(request: PasswordFromRequest): Promise<Verdict>
  register(request: PasswordFromRequest): Promise<Verdict>
  changePassword(request: PasswordRequest): Promise<Verdict>
}

export const accountsContract = contract<Accounts>('heliograph/v1/accounts.proto', 'heliograph.v1.Accounts')
