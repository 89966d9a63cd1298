import { type BareJid, parseJid } from '@heliograph/jid'
import { NS, type Stanza } from '@heliograph/stanza'
import { escapeAttribute } from '@heliograph/xml'

const STANZA_ID = `{${NS.stanzaId}}stanza-id`
const ORIGIN_ID = `{${NS.stanzaId}}origin-id`

/** Takes out ids set in the name of `by`, however that is written, which only `by` itself may set (XEP-0359 §6). */
export function withoutForeignIds(message: Stanza, by: BareJid): Stanza {
  if (!message.has(STANZA_ID)) return message
  return message.without((child) => child.is('stanza-id', NS.stanzaId) && parseJid(child.attrs.by ?? '') === by)
}

/** Adds the archive id (XEP-0359 §3.1). */
export function withStanzaId(message: Stanza, by: BareJid, id: number): Stanza {
  return message.append(`<stanza-id xmlns='${NS.stanzaId}' by='${escapeAttribute(by)}' id='${id}'/>`, STANZA_ID)
}

/**
 * An empty element that ends the payload is a top element, whatever came before it. With these attributes alone it needs no parser, and
 * most clients send it so.
 */
const LAST_ELEMENT =
  /<origin-id(?: xmlns=(['"])urn:xmpp:sid:0\1)? id=(['"])([^'"&<>\t\r\n]*)\2(?: xmlns=(['"])urn:xmpp:sid:0\4)? ?\/>$/
const LAST_BYTES = 200

/** The sender's own id of a message, if it gave one (XEP-0359 §3.2). */
export function originIdOf(message: Stanza): string | undefined {
  if (!message.has(ORIGIN_ID)) return undefined
  return originIdAtEnd(message) ?? (message.child('origin-id', NS.stanzaId)?.attrs.id as string | undefined)
}

function originIdAtEnd({ children, payload }: Stanza): string | undefined {
  if (children.indexOf(ORIGIN_ID) !== children.length - 1) return undefined
  const match = LAST_ELEMENT.exec(payload.utf8Slice(Math.max(0, payload.length - LAST_BYTES), payload.length))
  const [, before, , id, after] = match ?? []
  return before === undefined && after === undefined ? undefined : id
}
