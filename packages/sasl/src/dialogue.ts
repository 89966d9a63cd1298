import type { BareJid, Domain } from '@heliograph/jid'
import type { Bearers } from './bearers.ts'
import type { ChannelBindings } from './bindings.ts'
import type { SaslCondition } from './conditions.ts'
import type { Credentials, CredentialsRequest, Refusal } from './credentials.ts'
import type { MechanismName } from './mechanisms.ts'
import type { TokenMechanismName, TokenRequest, Tokens } from './tokens.ts'

export interface Success {
  readonly type: 'success'
  readonly identity: BareJid
  /** Additional data with success; undefined for none. */
  readonly data: Buffer | undefined
  /** It was by a token that the client should get another one for (XEP-0484 §3.5). */
  readonly due?: boolean
}

export interface Failure {
  readonly type: 'failure'
  readonly condition: SaslCondition
  /** For people and logs; reveals nothing about the account. */
  readonly text: string
  /** The sides have no channel binding in common: no proof was asked for, so nothing was guessed either. */
  readonly mismatch?: true
}

export type Step = { readonly type: 'challenge'; readonly data: Buffer } | Success | Failure

/** The server's side of one authentication attempt. */
export interface Dialogue {
  readonly mechanism: MechanismName | TokenMechanismName
  /**
   * Takes what the client sent, decoded; null for an `<auth/>` without initial response. Not to be called again before it has
   * answered, nor after a success or failure.
   */
  step(input: Buffer | null): Promise<Step>
}

/** A client that has a token (XEP-0484 §3.4). */
export interface TokenContext extends Pick<TokenRequest, 'client' | 'count' | 'invalidate'> {
  readonly tokens: Tokens
  readonly offered: readonly TokenMechanismName[]
}

/** Where tokens of an issuer are taken (RFC 7628). */
export interface BearerContext {
  readonly bearers: Bearers
  /** What a client without a good token is told besides: where to get one, and for what. */
  readonly discovery: { readonly configuration: string; readonly scope?: string }
}

/** On domains for users without accounts. */
export interface AnonymousContext {
  /** Whether one more may come. @throws only when that can't be found out */
  admit(who: Pick<CredentialsRequest, 'domain' | 'source'>): Promise<{ readonly ok: true } | Refusal>
}

/** What an attempt takes place in. */
export interface DialogueContext {
  readonly domain: Domain
  /** The client's address. */
  readonly source: string
  readonly credentials: Credentials
  readonly bindings: ChannelBindings
  /** What the stream's features offered: shows whether a client was kept from seeing -PLUS. */
  readonly offered: readonly MechanismName[]
  readonly bearer?: BearerContext
  readonly anonymous?: AnonymousContext
  /** Where the client says that it authenticates with a token. */
  readonly token?: TokenContext
  /** Who the client said it is when it opened its stream: nobody else, if it also asks to act as somebody (XEP-0388 §2.3). */
  readonly claimed?: BareJid
  /** Whom a name means, where it is none of a user of the domain (XEP-0225 §3); undefined when it is no name. */
  readonly identityOf?: (name: string) => BareJid | undefined
  /** Without XEP-0474, for exchanges that were published before it. */
  readonly unprotected?: true
  /** Gives the server's part of the nonce; tests set it. */
  readonly nonce?: () => string
}

export function failure(condition: SaslCondition, text: string): Failure {
  return { type: 'failure', condition, text }
}
