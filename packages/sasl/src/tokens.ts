import type { ChannelBindingType } from './bindings.ts'
import type { CredentialsRequest, Refusal } from './credentials.ts'

/** Mechanisms that authenticate with a token (XEP-0484, draft-schmaus-kitten-sasl-ht), in order of preference. */
export const TOKEN_MECHANISMS = ['HT-SHA-256-EXPR', 'HT-SHA-256-ENDP', 'HT-SHA-256-NONE'] as const
export type TokenMechanismName = (typeof TOKEN_MECHANISMS)[number]

/** What each is bound to. */
export const TOKEN_BINDINGS: Readonly<Record<TokenMechanismName, ChannelBindingType | undefined>> = {
  'HT-SHA-256-EXPR': 'tls-exporter',
  'HT-SHA-256-ENDP': 'tls-server-end-point',
  'HT-SHA-256-NONE': undefined,
}

/** The token mechanisms to offer on an encrypted connection, in order of preference. */
export function availableTokenMechanisms(bindings: readonly ChannelBindingType[]): TokenMechanismName[] {
  return TOKEN_MECHANISMS.filter((name) => {
    const type = TOKEN_BINDINGS[name]
    return type === undefined || bindings.includes(type)
  })
}

export function isTokenMechanism(name: string): name is TokenMechanismName {
  return (TOKEN_MECHANISMS as readonly string[]).includes(name)
}

/** A token is for one installation of a client, and for one mechanism. */
export interface TokenScope extends CredentialsRequest {
  /** A UUID in lower case. */
  readonly client: string
  readonly mechanism: TokenMechanismName
}

/** What a client says of itself (XEP-0388 §2.3); '' where it doesn't. */
export interface ClientAgent {
  readonly software: string
  readonly device: string
}

export interface TokenRequest extends TokenScope {
  /** HMAC of the token over `Initiator` and the channel binding. */
  readonly proof: Buffer
  readonly channelBinding: Buffer
  /** Counts the attempts with this token, where the client does: each count is good once. -1: it doesn't. */
  readonly count: number
  /** The token is not to be used again. */
  readonly invalidate: boolean
}

export type TokenCheck =
  | {
      readonly ok: true
      /** HMAC of the token over `Responder` and the channel binding. */
      readonly response: Buffer
      /** It has been in use for so long that the client should have another. */
      readonly due: boolean
    }
  | Refusal

export interface IssuedToken {
  readonly token: string
  /** XEP-0082 DateTime. */
  readonly expiry: string
}

/**
 * What knows the tokens. They never leave an implementation but in the moment they are issued, and any instance can check what another one
 * issued. Unknown users and tokens are `not-authorized`, and count like wrong passwords; a token that was right once is `credentials-expired`.
 * @throws only when it can't answer
 */
export interface Tokens {
  checkToken(request: TokenRequest): Promise<TokenCheck>
  /** Only for who has just authenticated. The token in use stays good until the new one is used. @returns undefined when there is no such account */
  issueToken(scope: TokenScope & ClientAgent): Promise<IssuedToken | undefined>
}
