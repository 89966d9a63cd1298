import { contract } from '../contract.ts'

export type ScramHash = 'SHA-1' | 'SHA-256' | 'SHA-512'

export interface ScramStartRequest {
  readonly username: string
  readonly domain: string
  readonly hash: ScramHash
  readonly source: string
}
/** Whether something was done or found right, as far as the protocol foresees. */
export interface Verdict {
  readonly ok: boolean
  /** When not ok. */
  readonly condition: string
  /** When not ok, where there is more to say: plain English for who asked. */
  readonly text?: string
}
export interface ScramStartReply extends Verdict {
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
export interface ScramFinishReply extends Verdict {
  readonly serverSignature: Uint8Array
}
export type TokenMechanism = 'HT-SHA-256-EXPR' | 'HT-SHA-256-ENDP' | 'HT-SHA-256-NONE'

export interface TokenScope {
  readonly username: string
  readonly domain: string
  readonly source: string
  readonly client: string
  readonly mechanism: TokenMechanism
}
export interface IssueTokenRequest extends TokenScope {
  readonly software: string
  readonly device: string
}
export interface CheckTokenRequest extends TokenScope {
  readonly proof: Uint8Array
  readonly channelBinding: Uint8Array
  readonly count: number
  readonly invalidate: boolean
}
export interface CheckTokenReply extends Verdict {
  readonly response: Uint8Array
  readonly due: boolean
}
export interface IssueTokenReply {
  readonly ok: boolean
  readonly token: string
  readonly expiry: string
}
export interface CheckBearerRequest {
  readonly domain: string
  readonly source: string
  readonly token: string
}
export interface CheckBearerReply extends Verdict {
  readonly username: string
  readonly problem: string
}
export interface AdmitAnonymousRequest {
  readonly domain: string
  readonly source: string
}
export interface UpgradeScope {
  readonly username: string
  readonly domain: string
  readonly source: string
  readonly hash: 'SHA-256' | 'SHA-512'
}
export interface UpgradeStartReply {
  readonly needed: boolean
  readonly salt: Uint8Array
  readonly iterations: number
  readonly handle: string
}
export interface UpgradeFinishRequest extends UpgradeScope {
  readonly salt: Uint8Array
  readonly iterations: number
  readonly handle: string
  readonly saltedPassword: Uint8Array
}
export interface PasswordRequest {
  readonly username: string
  readonly domain: string
  readonly password: string
}
export interface PasswordFromRequest extends PasswordRequest {
  readonly source: string
}

export interface RegisterRequest extends PasswordFromRequest {
  /** Token of an invitation that was good when the client showed it, or ''. */
  readonly invite: string
  /** Of `askQuestion`, and what was answered; '' where nothing was asked. */
  readonly challenge: string
  readonly answer: string
}
export interface AskQuestionReply {
  /** '' where nothing is asked. */
  readonly challenge: string
  readonly question: string
}
export interface CheckInviteRequest {
  readonly token: string
  readonly domain: string
  readonly source: string
}

/** `heliograph.v1.Accounts`; the guarantees are in `proto/heliograph/v1/accounts.proto`. */
export interface Accounts {
  scramStart(request: ScramStartRequest): Promise<ScramStartReply>
  scramFinish(request: ScramFinishRequest): Promise<ScramFinishReply>
  checkPassword(request: PasswordFromRequest): Promise<Verdict>
  checkToken(request: CheckTokenRequest): Promise<CheckTokenReply>
  issueToken(request: IssueTokenRequest): Promise<IssueTokenReply>
  checkBearer(request: CheckBearerRequest): Promise<CheckBearerReply>
  admitAnonymous(request: AdmitAnonymousRequest): Promise<Verdict>
  upgradeStart(request: UpgradeScope): Promise<UpgradeStartReply>
  upgradeFinish(request: UpgradeFinishRequest): Promise<{ readonly ok: boolean }>
  register(request: RegisterRequest): Promise<Verdict>
  askQuestion(request: { readonly domain: string }): Promise<AskQuestionReply>
  checkInvite(request: CheckInviteRequest): Promise<Verdict>
  changePassword(request: PasswordRequest): Promise<Verdict>
}

export const accountsContract = contract<Accounts>('heliograph/v1/accounts.proto', 'heliograph.v1.Accounts')
