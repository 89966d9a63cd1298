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
] as const
export type MechanismName = (typeof MECHANISMS)[number]

export interface MechanismSituation {
  /** Whether the connection is encrypted. */
  readonly tls: boolean
  readonly bindings: readonly ChannelBindingType[]
  /** Mechanisms the operator allows; the order is ours. Default: all. */
  readonly policy?: { readonly enabled?: readonly MechanismName[] }
}

/** The mechanisms to offer on a connection, in order of preference. */
export function availableMechanisms(situation: MechanismSituation): MechanismName[] {
  const enabled = situation.policy?.enabled ?? MECHANISMS
  return MECHANISMS.filter((name) => {
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
  return name === 'PLAIN' || name.startsWith('SCRAM-')
}

export function isPlus(name: MechanismName): boolean {
  return name.endsWith('-PLUS')
}

/** The hash of a SCRAM mechanism. */
export function hashOf(name: Exclude<MechanismName, 'PLAIN'>): ScramHash {
  return name.slice('SCRAM-'.length).replace('-PLUS', '') as ScramHash
}
