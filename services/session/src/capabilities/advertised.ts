import { NS, type Stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { DiscoInfo } from './disco-info.ts'
import { hashOf, isHashKnown } from './hash-functions.ts'
import { hashSetInput } from './hash-set-input.ts'
import { verificationInput } from './verification-string.ts'

const CAPS = `{${NS.caps}}c`
const CAPS2 = `{${NS.caps2}}c`
const LENGTH_MAX = 512

/** What a client's presence says of its capabilities. */
export interface Advertised {
  /** The same for all who can do the same; for one client alone where nothing can be verified. */
  readonly key: string
  /** To be asked for (XEP-0115 §6.2, XEP-0390 §5.5). */
  readonly node: string
  /** What was answered proves it, so that it is good for everybody who says the same. */
  readonly shared: boolean
  /** Whether the answer is what was advertised. */
  readonly proves: (info: DiscoInfo) => boolean
}

/** Undefined when it says nothing of them, or nothing that anybody could use. XEP-0390 §6: newer hashes come before older. */
export function advertisedIn(presence: Stanza): Advertised | undefined {
  const newer = presence.has(CAPS2)
  if (!newer && !presence.has(CAPS)) return undefined
  // The tree of a copy, so that the presence, which is kept, keeps none.
  const copy = presence.with({})
  return (newer ? hashSet(copy.child('c', NS.caps2)!) : undefined) ?? legacy(copy, presence)
}

function hashSet(c: Element): Advertised | undefined {
  for (const hash of c.getChildren('hash', NS.hashes) as Element[]) {
    const algo = hash.attrs.algo ?? ''
    const value = hash.getText().trim()
    if (algo === 'sha-1' || !isHashKnown(algo) || value === '' || value.length > LENGTH_MAX) continue
    const proves = (info: DiscoInfo) => {
      const input = hashSetInput(info)
      return input !== undefined && hashOf(algo, input) === value
    }
    return { key: `0390 ${algo} ${value}`, node: `${NS.caps2}#${algo}.${value}`, shared: true, proves }
  }
  return undefined
}

function legacy(copy: Stanza, { from }: Stanza): Advertised | undefined {
  const { node = '', ver = '', hash } = copy.child('c', NS.caps)?.attrs ?? {}
  if (ver === '' || node.length + ver.length > LENGTH_MAX) return undefined
  const asked = `${node}#${ver}`
  // XEP-0115 §5.4 rules 1, 2: without a hash, or with one that nobody here knows, the answer is good for this client alone.
  if (hash === undefined || !isHashKnown(hash))
    return { key: `${from} ${asked}`, node: asked, shared: false, proves: () => true }
  const proves = (info: DiscoInfo) => {
    const input = verificationInput(info)
    return input !== undefined && hashOf(hash, input) === ver
  }
  return { key: `0115 ${hash} ${ver}`, node: asked, shared: true, proves }
}
