import type { PeerCertificate } from 'node:tls'
import type { Metadata } from '@grpc/grpc-js'
import type { Logger } from '@heliograph/telemetry'
import { type GivenGrant, type GivenToken, Grant, GrantedTokens } from './grants.ts'
import { RpcError } from './rpc-error.ts'
import type { WrongTokens } from './wrong-tokens.ts'

/** What is known of who calls. */
export interface Caller {
  readonly metadata: Metadata
  getAuthContext(): { readonly sslPeerCertificate?: PeerCertificate } | null
}

export interface GivenLimits {
  readonly tokens: readonly GivenToken[]
  /** By a name of the certificate that a client shows. */
  readonly certificates: readonly GivenGrant[]
}

/** Who may do less than everything over gRPC: who shows a certificate with one of these names, or a token. Both count. */
export class CallerLimits {
  readonly #tokens: GrantedTokens
  readonly #certificates: ReadonlyMap<string, Grant>

  constructor({ tokens, certificates }: GivenLimits) {
    this.#tokens = new GrantedTokens(tokens)
    this.#certificates = new Map(certificates.map((given) => [given.name.toLowerCase(), new Grant(given)]))
  }

  /** Nobody: who gets through may do everything. */
  static readonly none = new CallerLimits({ tokens: [], certificates: [] })

  /** Whether the caller may do less than everything; so is one whose token nobody knows. */
  limits(caller: Caller): boolean {
    try {
      return this.#grantsOf(caller).length > 0
    } catch {
      return true
    }
  }

  /**
   * By which names the caller is limited, '' if he isn't.
   *
   * @param scope that of the method; undefined: it isn't for administrators
   * @throws RpcError for what he may not do
   */
  admit(caller: Caller, scope: string | undefined, request: unknown): string {
    const grants = this.#grantsOf(caller)
    for (const grant of grants) {
      const inside = scope === undefined || (request as { localOnly?: boolean }).localOnly === true
      if (inside) throw new RpcError('PERMISSION_DENIED', `${grant.name} may not do this`)
      if (!grant.has(scope)) throw new RpcError('PERMISSION_DENIED', `${grant.name} needs the scope ${scope} for this`)
      const outside = grant.outside(request)
      if (outside !== undefined) throw new RpcError('PERMISSION_DENIED', `${grant.name} may not do this: ${outside}`)
    }
    return grants.map(({ name }) => name).join(', ')
  }

  #grantsOf(caller: Caller): readonly Grant[] {
    const grants: Grant[] = []
    const [authorization] = caller.metadata.get('authorization')
    if (authorization !== undefined) {
      const found = this.#tokens.find(String(authorization))
      if (found === undefined || found === 'none') throw new RpcError('UNAUTHENTICATED', 'an unknown token')
      grants.push(found)
    }
    if (this.#certificates.size === 0) return grants
    for (const name of namesOf(caller.getAuthContext()?.sslPeerCertificate)) {
      const grant = this.#certificates.get(name)
      if (grant !== undefined) grants.push(grant)
    }
    return grants
  }
}

/** Common names and DNS names, in lower case. */
function namesOf(certificate: PeerCertificate | undefined): ReadonlySet<string> {
  const common = certificate?.subject?.CN as string | readonly string[] | undefined
  const alternative = (certificate?.subjectaltname ?? '')
    .split(', ')
    .filter((each) => each.startsWith('DNS:'))
    .map((each) => each.slice('DNS:'.length))
  return new Set([...(common === undefined ? [] : [common].flat()), ...alternative].map((each) => each.toLowerCase()))
}

/** What a caller whose rights are limited must have to call the method; undefined: he may not. */
export function scopeOf(definition: object | undefined): string | undefined {
  const { options } = (definition ?? {}) as { options?: Readonly<Record<string, { scope?: string } | undefined>> }
  return options?.['(http)']?.scope
}

interface Asked {
  readonly scope: string | undefined
  readonly peer: string
  readonly method: string
  readonly log: Logger
  readonly wrongTokens: WrongTokens | undefined
}

/** As {@link CallerLimits.admit}; who isn't let in is logged, and whose tokens are wrong too often isn't heard. */
export function admitted(
  limits: CallerLimits,
  call: Caller & { readonly request?: unknown },
  { scope, peer, method, log, wrongTokens }: Asked,
): string {
  const address = peer.replace(/:\d+$/, '')
  if (wrongTokens !== undefined && call.metadata.get('authorization').length > 0 && wrongTokens.wait(address) > 0)
    throw new RpcError('RESOURCE_EXHAUSTED', 'too many wrong tokens')
  try {
    return limits.admit(call, scope, call.request ?? {})
  } catch (error) {
    if (error instanceof RpcError && error.code === 'UNAUTHENTICATED') wrongTokens?.note(address, 'grpc')
    log.warn('admin_refused', { via: 'grpc', peer, method, reason: error instanceof RpcError ? error.message : '' })
    throw error
  }
}
