import type { BareJid } from '@heliograph/jid'
import { NS, type Stanza } from '@heliograph/stanza'
import { escapeAttribute } from '@heliograph/xml'

const STANZA_ID = `{${NS.stanzaId}}stanza-id`
const ORIGIN_ID = `{${NS.stanzaId}}origin-id`

/** Takes out ids set in the name of `by`, which only `by` itself may set (XEP-0359 §6). */
export function withoutForeignIds(message: Stanza, by: BareJid): Stanza {
  if (!message.has(STANZA_ID)) return message
  return message.without((child) => child.is('stanza-id', NS.stanzaId) && child.attrs.by === by)
}

/** Adds the archive id (XEP-0359 §3.1). */
export function withStanzaId(message: Stanza, by: BareJid, id: number): Stanza {
  return message.append(`<stanza-id xmlns='${NS.stanzaId}' by='${escapeAttribute(by)}' id='${id}'/>`, STANZA_ID)
}

/** The sender's own id of a message, if it gave one (XEP-0359 §3.2). */
export function originIdOf(message: Stanza): string | undefined {
  if (!message.has(ORIGIN_ID)) return undefined
  return message.child('origin-id', NS.stanzaId)?.attrs.id as string | undefined
}
