import { NS } from '@heliograph/stanza'
import { escapeAttribute } from '@heliograph/xml'

/** What one of our stream headers says (RFC 6120 §4.7). What is left out isn't written. */
export interface OwnHeader {
  /** Namespace of what the stream carries. */
  readonly content: string
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly id?: string | undefined
  /** Components speak no XMPP 1.0 (XEP-0114 §3). */
  readonly version?: '1.0'
}

/** A stream header as text. That of a server declares the prefix `db`, since that is how it is known to speak dialback (XEP-0220 §2.3). */
export function headerText({ content, from, to, id, version }: OwnHeader): string {
  const dialback = content === NS.server ? ` xmlns:db='${NS.dialback}'` : ''
  const language = version === undefined ? '' : ` xml:lang='en'`
  return (
    `<?xml version='1.0'?><stream:stream xmlns='${content}'${dialback} xmlns:stream='${NS.streams}'` +
    `${attribute('from', from)}${attribute('to', to)}${attribute('id', id)}${attribute('version', version)}${language}>`
  )
}

function attribute(name: string, value: string | undefined): string {
  return value === undefined ? '' : ` ${name}='${escapeAttribute(value)}'`
}
