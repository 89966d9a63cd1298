import type { Registry } from '@heliograph/module'
import { type Form, NS } from '@heliograph/stanza'
import type { DiscoIdentity, DiscoInfo } from './disco-info.ts'
import { hashOf } from './hash-functions.ts'
import { hashSetInput } from './hash-set-input.ts'
import { verificationInput } from './verification-string.ts'

/** Identifies the software (XEP-0115 §4). */
const SOFTWARE = 'urn:x-heliograph:server'

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

  constructor(
    entity: keyof typeof IDENTITIES,
    registry: Pick<Registry<unknown>, 'features'>,
    forms: readonly Form[] = [],
  ) {
    // Named, or XEP-0390 §4.1 would have the language of whatever stream it comes over.
    const identities = IDENTITIES[entity].map((identity) => ({ ...identity, lang: 'en' }))
    const features = entity === 'anonymous' ? [NS.discoInfo, NS.discoItems] : registry.features(entity)
    this.info = { identities, features, forms }
    const [older, newer] = [verificationInput(this.info)!, hashSetInput(this.info)!]
    this.hashes = {
      node: SOFTWARE,
      ver: hashOf('sha-1', older)!,
      sha256: hashOf('sha-256', newer)!,
      sha3: hashOf('sha3-256', newer)!,
    }
  }

  /** Whether a disco#info node is one under which just this is found (XEP-0115 §6.2, XEP-0390 §5.5). */
  isNode(node: string): boolean {
    const { ver, sha256, sha3 } = this.hashes
    return (
      node === `${SOFTWARE}#${ver}` ||
      node === `${NS.caps2}#sha-256.${sha256}` ||
      node === `${NS.caps2}#sha3-256.${sha3}`
    )
  }
}
