import type { ClientAgent, Success, UpgradeScope, UpgradeTask } from '@heliograph/sasl'
import type { Element } from '@heliograph/xml'

/** An upgrade task, and the authentication that waits for it. */
export interface Upgrade {
  readonly name: string
  readonly scope: UpgradeScope
  readonly task: UpgradeTask
  readonly success: Success
  /** The client has been told the salt. */
  begun: boolean
}

/** What a client asks for with `<authenticate/>` (XEP-0388 §2.3), and what has come of it so far. */
export interface Login {
  /** `id` of the `<user-agent/>`: a UUID, in lower case, that stays with an installation of a client. */
  readonly agent: string | undefined
  /** What else it says of itself. */
  readonly about: ClientAgent
  /** `<resume/>` of XEP-0198. */
  readonly resume: Element | undefined
  /** `<bind/>` of XEP-0386. */
  readonly bind: Element | undefined
  /** `<fast/>` of XEP-0484: the client has a token. */
  readonly fast: { readonly count: number; readonly invalidate: boolean } | undefined
  /** It wants a token for this mechanism. */
  readonly tokenFor: string | undefined
  /** Names of the upgrade tasks it wants (XEP-0480) that weren't looked at yet, and the one under way. */
  readonly upgrades: string[]
  upgrade: Upgrade | undefined
  /** What inline features gave, as XML for `<success/>`. */
  results: string
  /** Additional data with success; undefined for none. */
  data: Buffer | undefined
}
