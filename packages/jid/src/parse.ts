import { prepareDomain } from './domain.ts'
import { prepareLocal } from './local.ts'
import { Memo } from './memo.ts'
import { prepareResource } from './resource.ts'
import type { BareJid, Domain, FullJid, Jid } from './types.ts'

/** Longer texts are parsed each time: a flood of them can't grow the memo beyond a few megabytes. */
const LONGEST_REMEMBERED = 256
const remembered = new Memo<Jid>(8192)

/**
 * Parses and prepares an address (RFC 7622). Idempotent: a Jid parses to itself. The result holds no reference to a larger
 * string that `text` was cut from. A recent text costs one map lookup.
 * @returns undefined when the text isn't a valid address
 */
export function parseJid(text: string): Jid | undefined {
  const known = remembered.get(text)
  if (known !== undefined) return known
  const parsed = prepare(text)
  if (parsed === undefined) return undefined
  if (text.length > LONGEST_REMEMBERED) return detached(parsed) as Jid
  const key = detached(text)
  const jid = (parsed === text ? key : detached(parsed)) as Jid
  remembered.set(key, jid)
  return jid
}

/** As parseJid; undefined also when the address has a resource. */
export function parseBare(text: string): BareJid | undefined {
  const jid = parseJid(text)
  return jid === undefined || jid.includes('/') ? undefined : (jid as BareJid)
}

/** As parseJid; undefined also when the address has no resource. */
export function parseFull(text: string): FullJid | undefined {
  const jid = parseJid(text)
  return jid?.includes('/') ? (jid as FullJid) : undefined
}

/** As parseJid; undefined also when the address is more than a domain. */
export function parseDomain(text: string): Domain | undefined {
  const bare = parseBare(text)
  return bare === undefined || bare.includes('@') ? undefined : (bare as string as Domain)
}

/**
 * Puts an address together from parts that are prepared here.
 * @param local an empty string for none
 * @returns undefined when a part isn't valid
 */
export function makeJid(local: string, domain: string): BareJid | undefined
export function makeJid(local: string, domain: string, resource: string): FullJid | undefined
export function makeJid(local: string, domain: string, resource?: string): Jid | undefined
export function makeJid(local: string, domain: string, resource?: string): Jid | undefined {
  const preparedLocal = local === '' ? '' : prepareLocal(local)
  const preparedDomain = prepareDomain(domain)
  if (preparedLocal === undefined || preparedDomain === undefined) return undefined
  const bare = preparedLocal === '' ? preparedDomain : `${preparedLocal}@${preparedDomain}`
  if (resource === undefined) return bare as Jid
  const preparedResource = prepareResource(resource)
  return preparedResource === undefined ? undefined : (`${bare}/${preparedResource}` as Jid)
}

/** The full JID of a resource. @returns undefined when the resource isn't valid (RFC 7622 §3.4) */
export function withResource(bare: BareJid, resource: string): FullJid | undefined {
  const prepared = prepareResource(resource)
  return prepared === undefined ? undefined : (`${bare}/${prepared}` as FullJid)
}

function prepare(text: string): Jid | undefined {
  // RFC 7622 §3.2: the resource is cut off first, then the local part, each at its first separator.
  const slash = text.indexOf('/')
  const bare = slash < 0 ? text : text.slice(0, slash)
  const at = bare.indexOf('@')
  if (at === 0) return undefined
  const local = at < 0 ? '' : bare.slice(0, at)
  return makeJid(local, bare.slice(at + 1), slash < 0 ? undefined : text.slice(slash + 1))
}

/** A copy that shares no memory: V8 keeps the whole parent string alive for a slice of it. */
function detached(text: string): string {
  return Buffer.from(text).toString()
}
