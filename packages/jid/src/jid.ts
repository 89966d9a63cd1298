import { parseJid } from './parse.ts'
import type { BareJid, Domain, FullJid, Jid } from './types.ts'

/** A text that had to be an address and wasn't. */
export class InvalidJid extends Error {
  override readonly name = 'InvalidJid'
}

/** As parseJid, for texts that must be addresses (configuration, tests). @throws InvalidJid */
export function ensureJid(text: string): Jid {
  const jid = parseJid(text)
  if (jid === undefined) throw new InvalidJid(`not an XMPP address: ${JSON.stringify(text)}`)
  return jid
}

/** As ensureJid. @throws InvalidJid also when the address has a resource */
export function ensureBare(text: string): BareJid {
  const jid = ensureJid(text)
  if (!isBare(jid)) throw new InvalidJid(`not a bare XMPP address: ${JSON.stringify(text)}`)
  return jid
}

/** As ensureJid. @throws InvalidJid also when the address has no resource */
export function ensureFull(text: string): FullJid {
  const jid = ensureJid(text)
  if (!isFull(jid)) throw new InvalidJid(`not a full XMPP address: ${JSON.stringify(text)}`)
  return jid
}

/** As ensureJid. @throws InvalidJid also when the address is more than a domain */
export function ensureDomain(text: string): Domain {
  const jid = ensureJid(text)
  if (!isDomain(jid)) throw new InvalidJid(`not a domain: ${JSON.stringify(text)}`)
  return jid
}

/** Takes a text for a prepared address without looking: only for what a service of ours prepared before. */
export function trusted<T extends Jid = Jid>(text: string): T {
  return text as T
}

/** Whether the address has no resource. */
export function isBare(jid: Jid): jid is BareJid {
  return !jid.includes('/')
}

/** Whether the address has a resource. */
export function isFull(jid: Jid): jid is FullJid {
  return jid.includes('/')
}

/** Whether the address is a domain alone. */
export function isDomain(jid: Jid): jid is Domain {
  return !jid.includes('/') && !jid.includes('@')
}

/** The address without its resource. */
export function bareOf(jid: Jid): BareJid {
  const slash = jid.indexOf('/')
  return (slash < 0 ? jid : jid.slice(0, slash)) as BareJid
}

/** The local part, or an empty string. */
export function localOf(jid: Jid): string {
  const at = jid.indexOf('@')
  if (at < 0) return ''
  const slash = jid.indexOf('/')
  return slash >= 0 && slash < at ? '' : jid.slice(0, at)
}

/** The domain. */
export function domainOf(jid: Jid): Domain {
  const slash = jid.indexOf('/')
  const end = slash < 0 ? jid.length : slash
  const at = jid.indexOf('@')
  return jid.slice(at < 0 || at > end ? 0 : at + 1, end) as Domain
}

/** The resource, or an empty string. */
export function resourceOf(jid: Jid): string {
  const slash = jid.indexOf('/')
  return slash < 0 ? '' : jid.slice(slash + 1)
}
