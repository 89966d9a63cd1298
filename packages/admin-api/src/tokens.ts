import { type GivenToken, type Grant, GrantedTokens, type WrongTokens } from '@heliograph/rpc'
import { Problem } from './problem.ts'

/** Who may do what over HTTP. */
export class Tokens {
  readonly #tokens: GrantedTokens
  readonly #wrong: WrongTokens

  constructor(tokens: readonly GivenToken[], wrong: WrongTokens) {
    this.#tokens = new GrantedTokens(tokens)
    this.#wrong = wrong
  }

  /**
   * What the token in `authorization`, that came from `address`, lets in to.
   *
   * @throws Problem 401 for no token or an unknown one, 403 for one without the scope
   */
  allow(authorization: string | undefined, scope: string, address: string): Grant {
    const grant = this.#tokens.find(authorization)
    if (grant === 'none') throw refused(401, 'Bearer', 'a token is needed')
    // RFC 6750 §3
    if (grant === undefined) {
      this.#wrong.note(address, 'http')
      throw refused(401, 'Bearer error="invalid_token"', 'an unknown token')
    }
    if (!grant.has(scope))
      throw refused(
        403,
        `Bearer error="insufficient_scope", scope="${scope}"`,
        `${grant.name} may not do this: it needs the scope ${scope}`,
      )
    return grant
  }
}

/** @throws Problem 429 for a token from where too many were wrong */
export function ensureHeard(wrong: WrongTokens, authorization: string | undefined, address: string): void {
  const seconds = authorization === undefined ? 0 : wrong.wait(address)
  if (seconds === 0) return
  // RFC 6585 §4
  const headers = { 'retry-after': String(seconds) }
  throw new Problem(429, { condition: 'RESOURCE_EXHAUSTED', detail: 'too many wrong tokens', headers })
}

/** @throws Problem 403 for what isn't within the grant's domains */
export function confine(grant: Grant, request: unknown): void {
  const outside = grant.outside(request)
  if (outside === undefined) return
  throw refused(403, 'Bearer error="insufficient_scope"', `${grant.name} may not do this: ${outside}`)
}

function refused(status: number, challenge: string, detail: string): Problem {
  return new Problem(status, { detail, headers: { 'www-authenticate': challenge } })
}
