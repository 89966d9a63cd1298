import type { Registry } from '@heliograph/module'
import { type Form, NS } from '@heliograph/stanza'
import type { DiscoIdentity, DiscoInfo } from './disco-info.ts'
import { hashOf } from './hash-functions.ts'
import { hashSetInput } from './hash-set-input.ts'
import { verificationInput } from './verification-string.ts'

/** Identifies the software (XEP-0115 §4). */
const SOFTWARE = 'urn:x-heliograph:server'

/** What an entity said of itself before is kept so many times. */
const EARLIER_MAX = 4

const IDENTITIES = {
  server: [{ category: 'server', type: 'im', name: 'Heliograph' }],
  // XEP-0163 §6
  account: [
    { category: 'account', type: 'registered' },
    { category: 'pubsub', type: 'pep' },
  ],
  // XEP-0175 §5
  anonymous: [{ category: 'account', type: 'anonymous' }],
} satisfies Record<string, readonly DiscoIdentity[]>

export interface OwnHashes {
  /** XEP-0115: `node` and `ver`, of hash function SHA-1. */
  readonly node: string
  readonly ver: string
  /** XEP-0390. */
  readonly sha256: string
  readonly sha3: string
}

/** What an entity of this service says of itself, and the hashes of it. */
export class OwnCapabilities {
  readonly info: DiscoInfo
  readonly hashes: OwnHashes

  /** What it said of itself before: who asks under a hash is told what has that hash. */
  #earlier: OwnCapabilities | undefined

  constructor(
    entity: keyof typeof IDENTITIES,
    registry: Pick<Registry<unknown>, 'features'>,
    forms: readonly Form[] = [],
    change: (info: DiscoInfo) => DiscoInfo = (info) => info,
  ) {
    // Named, or XEP-0390 §4.1 would have the language of whatever stream it comes over.
    const identities = IDENTITIES[entity].map((identity) => ({ ...identity, lang: 'en' }))
    const features = entity === 'anonymous' ? [NS.discoInfo, NS.discoItems] : registry.features(entity)
    this.info = change({ identities, features, forms })
    const [older, newer] = [verificationInput(this.info)!, hashSetInput(this.info)!]
    this.hashes = {
      node: SOFTWARE,
      ver: hashOf('sha-1', older)!,
      sha256: hashOf('sha-256', newer)!,
      sha3: hashOf('sha3-256', newer)!,
    }
  }

  /** It takes the place of that one, whose hashes others may still know. */
  follow(earlier: OwnCapabilities): void {
    this.#earlier = earlier.hashes.sha256 === this.hashes.sha256 ? earlier.#earlier : earlier
    let last: OwnCapabilities | undefined = this
    for (let kept = 0; last !== undefined; kept++) {
      if (kept === EARLIER_MAX) last.#earlier = undefined
      last = last.#earlier
    }
  }

  /** What is found under a disco#info node that stands for its capabilities (XEP-0115 §6.2, XEP-0390 §5.5). */
  under(node: string): DiscoInfo | undefined {
    return this.#isNode(node) ? this.info : this.#earlier?.under(node)
  }

  #isNode(node: string): boolean {
    const { ver, sha256, sha3 } = this.hashes
    return (
      node === `${SOFTWARE}#${ver}` ||
      node === `${NS.caps2}#sha-256.${sha256}` ||
      node === `${NS.caps2}#sha3-256.${sha3}`
    )
  }
}
