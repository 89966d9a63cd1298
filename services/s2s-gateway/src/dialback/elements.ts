import { type Domain, parseDomain } from '@heliograph/jid'
import { NS, type StanzaCondition } from '@heliograph/stanza'
import { escapeAttribute, escapeText, type ParsedElement } from '@heliograph/xml'

/** `from` and `to` of an element of dialback, and the stream's id in `verify`. */
export interface Parties {
  readonly from: string
  readonly to: string
  readonly id?: string
}

export type Verdict = 'valid' | 'invalid' | StanzaCondition

/** Shows a key, or asks about one (XEP-0220 §2.1). The prefix is that of our stream headers. */
export function keyXml(name: 'result' | 'verify', parties: Parties, key: string): string {
  return `<db:${name}${attributes(parties)}>${escapeText(key)}</db:${name}>`
}

/** Answers either; anything but valid and invalid is an error (§2.5). */
export function verdictXml(name: 'result' | 'verify', parties: Parties, verdict: Verdict): string {
  if (verdict === 'valid' || verdict === 'invalid') return `<db:${name}${attributes(parties)} type='${verdict}'/>`
  const error = `<error type='cancel'><${verdict} xmlns='${NS.stanzaErrors}'/></error>`
  return `<db:${name}${attributes(parties)} type='error'>${error}</db:${name}>`
}

/** Whether it answers what was said between these, in the other direction. */
export function answers({ element }: ParsedElement, asked: { from: Domain; to: Domain; id?: string }): boolean {
  const { from = '', to = '', id } = element.attrs as Record<string, string | undefined>
  // XEP-0220 §3.1; RFC 6120 §8.1.1: as domains, which may be written in more ways than one.
  return parseDomain(from) === asked.to && parseDomain(to) === asked.from && (asked.id === undefined || id === asked.id)
}

function attributes({ from, to, id }: Parties): string {
  const stream = id === undefined ? '' : ` id='${escapeAttribute(id)}'`
  return ` from='${escapeAttribute(from)}' to='${escapeAttribute(to)}'${stream}`
}
