import type { CredentialsRequest, ScramHash } from './credentials.ts'

/** What keys an account can be upgraded to (XEP-0480 §4): the hashes that are worth it. */
export const UPGRADE_HASHES = ['SHA-512', 'SHA-256'] as const satisfies readonly ScramHash[]
export type UpgradeHash = (typeof UPGRADE_HASHES)[number]

export interface UpgradeScope extends CredentialsRequest {
  readonly hash: UpgradeHash
}

/** What a client salts its password with. */
export interface UpgradeTask {
  readonly salt: Buffer
  readonly iterations: number
  /** Hands the finish what the start found; opaque. */
  readonly handle: string
}

export interface UpgradeResult extends UpgradeScope, UpgradeTask {
  /** SaltedPassword of RFC 5802 §3. */
  readonly saltedPassword: Buffer
}

/**
 * Gives accounts keys they lack, from clients that have authenticated with their password.
 * @throws only when it can't answer
 */
export interface Upgrades {
  /** @returns undefined when the account has such keys, or isn't there */
  upgradeStart(scope: UpgradeScope): Promise<UpgradeTask | undefined>
  /** @returns false when it isn't one of this task, or the account has other keys by now than at the start */
  upgradeFinish(result: UpgradeResult): Promise<boolean>
}
