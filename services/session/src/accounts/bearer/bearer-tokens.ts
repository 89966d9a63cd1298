import { type BareJid, type Domain, domainOf, type Jid, localOf, makeJid, parseBare } from '@heliograph/jid'
import type { BearerCheck, BearerProblem, BearerRequest, Bearers, Refusal } from '@heliograph/sasl'
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'

export interface BearerPolicy {
  readonly domain: Domain
  readonly issuer: string
  readonly audience: readonly string[]
  readonly algorithms: readonly string[]
  readonly clockSkewSeconds: number
  readonly userClaim: string
  /** That tokens must have; undefined: none. */
  readonly scope: string | undefined
  readonly createAccounts: boolean
}

export interface BearerTokensOptions {
  readonly policy: BearerPolicy
  readonly keys: JWTVerifyGetKey
  /** Whether there is such an account, and whether it may log in. */
  readonly standing: (jid: BareJid) => Promise<'unknown' | 'disabled' | 'good'>
  /** Makes an account without a password, if there isn't one. */
  readonly create: (jid: BareJid) => Promise<boolean>
  /** Default: the present. */
  readonly now?: () => Date
}

/** What says that a token is no good; any other error says that it couldn't be found out. */
const AT_FAULT: ReadonlySet<string> = new Set([
  errors.JWTClaimValidationFailed.code,
  errors.JWTExpired.code,
  errors.JWTInvalid.code,
  errors.JWSInvalid.code,
  errors.JWSSignatureVerificationFailed.code,
  errors.JWKSNoMatchingKey.code,
  errors.JWKSMultipleMatchingKeys.code,
  errors.JOSEAlgNotAllowed.code,
  errors.JOSENotSupported.code,
])

/** Tokens (JWT, RFC 7519) of one issuer. Nothing of one is stored: it is good as long as it says, whatever its issuer thinks of it since. */
export class BearerTokens implements Bearers {
  readonly #options: BearerTokensOptions

  constructor(options: BearerTokensOptions) {
    this.#options = options
  }

  async checkBearer({ domain, token }: BearerRequest): Promise<BearerCheck> {
    const { policy, standing, create } = this.#options
    if (domain !== policy.domain) return refused('not-authorized', undefined)
    const checked = await this.#verify(token)
    if ('refusal' in checked) return checked.refusal
    const jid = userOf(checked.claims[policy.userClaim], domain)
    if (jid === undefined) return refused('not-authorized', 'invalid_token')
    if (policy.scope !== undefined && !scopesOf(checked.claims).includes(policy.scope))
      return refused('not-authorized', 'insufficient_scope')
    const account = await standing(jid)
    if (account === 'disabled') return refused('account-disabled', undefined)
    if (account === 'unknown') {
      if (!policy.createAccounts) return refused('not-authorized', undefined)
      if (!(await create(jid))) return refused('not-authorized', undefined)
    }
    return { ok: true, username: localOf(jid as Jid) }
  }

  async #verify(token: string): Promise<{ readonly claims: JWTPayload } | { readonly refusal: BearerCheck }> {
    const { policy, keys, now = () => new Date() } = this.#options
    const { issuer, audience, algorithms, clockSkewSeconds, userClaim } = policy
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience: [...audience],
        algorithms: [...algorithms],
        clockTolerance: clockSkewSeconds,
        requiredClaims: ['exp', userClaim],
        currentDate: now(),
      })
      return { claims: payload }
    } catch (error) {
      if (!(error instanceof errors.JOSEError) || !AT_FAULT.has(error.code)) throw error
      // The claims are looked at after the signature: it was a good one.
      const expired = error instanceof errors.JWTExpired
      return { refusal: refused(expired ? 'credentials-expired' : 'not-authorized', 'invalid_token') }
    }
  }
}

/** Whom the claim names: an address of the domain, or a local part of it. */
function userOf(claim: unknown, domain: Domain): BareJid | undefined {
  if (typeof claim !== 'string' || claim === '') return undefined
  const jid = claim.includes('@') ? parseBare(claim) : makeJid(claim, domain)
  return jid !== undefined && domainOf(jid as Jid) === domain && localOf(jid as Jid) !== '' ? jid : undefined
}

/** RFC 8693 §4.2; others write a list. */
function scopesOf({ scope, scp }: JWTPayload): readonly unknown[] {
  const given = scope ?? scp
  return typeof given === 'string' ? given.split(' ') : Array.isArray(given) ? given : []
}

function refused(condition: Refusal['condition'], problem: BearerProblem | undefined): BearerCheck {
  return { ok: false, condition, problem }
}
