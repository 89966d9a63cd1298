import type { ChannelBindingType } from './bindings.ts'
import type { ScramHash } from './credentials.ts'

/** What this package offers, in order of preference (RFC 6120 §6.3.3; XEP-0438 §4.1). */
export const MECHANISMS = [
  'SCRAM-SHA-512-PLUS',
  'SCRAM-SHA-256-PLUS',
  'SCRAM-SHA-1-PLUS',
  'SCRAM-SHA-512',
  'SCRAM-SHA-256',
  'SCRAM-SHA-1',
  'PLAIN',
  'OAUTHBEARER',
  'ANONYMOUS',
] as const
export type MechanismName = (typeof MECHANISMS)[number]
export type ScramMechanismName = Extract<MechanismName, `SCRAM-${string}`>
/** Those by which a client shows that it knows the account's password. */
export type PasswordMechanismName = ScramMechanismName | 'PLAIN'

export interface MechanismSituation {
  /** Whether the connection is encrypted. */
  readonly tls: boolean
  readonly bindings: readonly ChannelBindingType[]
  /** Mechanisms for passwords that the operator allows; the order is ours. Default: all. */
  readonly policy?: { readonly enabled?: readonly PasswordMechanismName[] }
  /** Whether tokens of an issuer are taken. */
  readonly bearer?: boolean
  /** Whether it is for users without accounts: then nothing else is offered. */
  readonly anonymous?: boolean
}

/** The mechanisms to offer on a connection, in order of preference. */
export function availableMechanisms(situation: MechanismSituation): MechanismName[] {
  const enabled: readonly MechanismName[] = situation.policy?.enabled ?? MECHANISMS
  if (situation.anonymous) return ['ANONYMOUS']
  return MECHANISMS.filter((name) => {
    if (name === 'ANONYMOUS') return false
    // RFC 7628 §4: only under TLS.
    if (name === 'OAUTHBEARER') return situation.tls && situation.bearer === true
    if (!enabled.includes(name)) return false
    if (name === 'PLAIN') return situation.tls // RFC 6120 §13.8.3
    return !isPlus(name) || situation.bindings.length > 0
  })
}

export function isMechanism(name: string): name is MechanismName {
  return (MECHANISMS as readonly string[]).includes(name)
}

/** Whether who has authenticated by it has shown that it knows the account's password. */
export function provesPassword(name: string): boolean {
  return name === 'PLAIN' || isScram(name)
}

export function isScram(name: string): name is ScramMechanismName {
  return name.startsWith('SCRAM-')
}

export function isPlus(name: MechanismName): boolean {
  return name.endsWith('-PLUS')
}

/** The hash of a SCRAM mechanism. */
export function hashOf(name: ScramMechanismName): ScramHash {
  return name.slice('SCRAM-'.length).replace('-PLUS', '') as ScramHash
}
