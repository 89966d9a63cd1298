import { createHash, timingSafeEqual } from 'node:crypto'

import { Problem } from './problem.ts'

export interface AdminToken {
  /** Told in the log. */
  readonly name: string
  readonly scopes: readonly string[]
  /** The token itself. */
  readonly password: string
}

/** Who may do what; the tokens are kept as hashes. */
export class Tokens {
  readonly #tokens: readonly { readonly name: string; readonly scopes: ReadonlySet<string>; readonly hash: Buffer }[]

  constructor(tokens: readonly AdminToken[]) {
    this.#tokens = tokens.map(({ name, scopes, password }) => ({
      name,
      scopes: new Set(scopes),
      hash: hashOf(password),
    }))
  }

  /**
   * The name of the token in `authorization`.
   *
   * @throws Problem 401 for no token or an unknown one, 403 for one without the scope
   */
  allow(authorization: string | undefined, scope: string): string {
    const [, given] = /^Bearer +([!-~]+)$/i.exec(authorization ?? '') ?? []
    if (given === undefined) throw refused(401, 'Bearer', 'a token is needed')
    const hash = hashOf(given)
    const token = this.#tokens.find((each) => timingSafeEqual(each.hash, hash))
    // RFC 6750 §3
    if (token === undefined) throw refused(401, 'Bearer error="invalid_token"', 'an unknown token')
    if (!token.scopes.has(scope))
      throw refused(
        403,
        `Bearer error="insufficient_scope", scope="${scope}"`,
        `${token.name} may not do this: it needs the scope ${scope}`,
      )
    return token.name
  }
}

function refused(status: number, challenge: string, detail: string): Problem {
  return new Problem(status, { detail, headers: { 'www-authenticate': challenge } })
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
