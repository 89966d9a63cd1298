import { createHash, randomBytes } from 'node:crypto'
import { type BareJid, makeJid } from '@heliograph/jid'
import {
  keyLength,
  SALT_LENGTH,
  scramKeysOf,
  type UpgradeResult,
  type UpgradeScope,
  type Upgrades,
  type UpgradeTask,
} from '@heliograph/sasl'
import type { AccountStore } from './account-store.ts'

export interface StoredUpgradesOptions {
  readonly store: AccountStore
  /** Of new keys; those with fewer are replaced. */
  readonly iterations: number
  /** Told when an account got keys. */
  readonly onUpgraded: (account: BareJid) => void
}

/** XEP-0480: keys of an account that came with some hashes only, such as one that was imported. */
export class StoredUpgrades implements Upgrades {
  readonly #options: StoredUpgradesOptions

  constructor(options: StoredUpgradesOptions) {
    this.#options = options
  }

  async upgradeStart(scope: UpgradeScope): Promise<UpgradeTask | undefined> {
    const { store, iterations } = this.#options
    const keys = await store.keysAtHand(accountOf(scope))
    const has = keys.some((each) => each.hash === scope.hash && each.iterations >= iterations)
    if (has || keys.length === 0) return undefined
    return { salt: randomBytes(SALT_LENGTH), iterations, handle: handleOf(keys) }
  }

  async upgradeFinish({ salt, iterations, handle, saltedPassword, ...scope }: UpgradeResult): Promise<boolean> {
    const { store, onUpgraded } = this.#options
    const account = accountOf(scope)
    if (saltedPassword.length !== keyLength(scope.hash) || iterations < this.#options.iterations) return false
    const [proven] = await store.keysAtHand(account).then((keys) => (handleOf(keys) === handle ? keys : []))
    // The password was changed meanwhile: these would be keys of the former one. That is asked again as they are stored.
    if (proven === undefined) return false
    const keys = scramKeysOf(saltedPassword, { hash: scope.hash, salt, iterations })
    const done = await store.replaceKeys(account, [keys], proven)
    if (done) onUpgraded(account)
    return done
  }
}

/** Names the keys of an account as they are. */
function handleOf(keys: readonly { readonly hash: string; readonly storedKey: Buffer }[]): string {
  const named = keys.map(({ hash, storedKey }) => `${hash} ${storedKey.toString('base64')}`)
  return createHash('sha256').update(named.toSorted().join('\0')).digest('base64')
}

function accountOf({ username, domain }: UpgradeScope): BareJid {
  const account = makeJid(username, domain)
  if (account === undefined) throw new Error('the user name of an upgrade was not prepared')
  return account
}
