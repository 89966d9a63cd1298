import { createHash, timingSafeEqual } from 'node:crypto'
import { domainOf, type Jid, parseDomain, parseJid } from '@heliograph/jid'

/** What somebody may administer, as it is configured. */
export interface GivenGrant {
  /** Told in the log. */
  readonly name: string
  readonly scopes: readonly string[]
  /** Only these; without it all. */
  readonly domains?: readonly string[] | undefined
}

export interface GivenToken extends GivenGrant {
  /** The token itself. */
  readonly password: string
}

/** The fields of requests that hold an address of a user, a room or a domain. */
const ADDRESSES = ['jid', 'domain', 'owner', 'inviter', 'to']
/** What a request is about is in one of these. */
const SUBJECTS = ['jid', 'domain']
const SERVICES = ['conference', 'pubsub', 'upload']

/** What somebody may administer. */
export class Grant {
  readonly name: string
  readonly #scopes: ReadonlySet<string>
  /** With those of their services; undefined: all. */
  readonly #domains: ReadonlySet<string> | undefined

  constructor({ name, scopes, domains }: GivenGrant) {
    this.name = name
    this.#scopes = new Set(scopes)
    this.#domains = domains && new Set(domains.flatMap(withServices))
  }

  has(scope: string): boolean {
    return this.#scopes.has(scope)
  }

  /** Why a request isn't within its domains; undefined: it is. */
  outside(request: unknown): string | undefined {
    if (this.#domains === undefined) return undefined
    const given = request as Readonly<Record<string, unknown>>
    const subject = SUBJECTS.find((field) => field in given)
    if (subject === undefined) return 'this is about all domains'
    if (given[subject] === '') return `say which: ${subject}`
    const foreign = ADDRESSES.find((field) => field in given && given[field] !== '' && !this.#isOurs(given[field]))
    return foreign && `${foreign} is not of its domains`
  }

  #isOurs(address: unknown): boolean {
    // As those who answer read it.
    const jid = typeof address === 'string' ? parseJid(address) : undefined
    return jid !== undefined && this.#domains!.has(domainOf(jid as Jid))
  }
}

function withServices(domain: string): string[] {
  const prepared = parseDomain(domain) ?? domain
  return [prepared, ...SERVICES.map((service) => `${service}.${prepared}`)]
}

/** Tokens and what they let in to; only their hashes are kept. */
export class GrantedTokens {
  readonly #tokens: readonly { readonly grant: Grant; readonly hash: Buffer }[]

  constructor(tokens: readonly GivenToken[]) {
    this.#tokens = tokens.map((token) => ({ grant: new Grant(token), hash: hashOf(token.password) }))
  }

  /** That of a header `authorization` (RFC 6750); `none`: there is no token in it; undefined: there is, and it isn't known. */
  find(authorization: string | undefined): Grant | 'none' | undefined {
    const [, given] = /^Bearer +([!-~]+)$/i.exec(authorization ?? '') ?? []
    if (given === undefined) return 'none'
    const hash = hashOf(given)
    return this.#tokens.find((each) => timingSafeEqual(each.hash, hash))?.grant
  }
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
