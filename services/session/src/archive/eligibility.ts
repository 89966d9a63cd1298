import { NS, type Stanza } from '@heliograph/stanza'

const BODY = `{${NS.client}}body`
const NO_STORE = `{${NS.hints}}no-store`
const NO_PERMANENT_STORE = `{${NS.hints}}no-permanent-store`
const STORE = `{${NS.hints}}store`
const MAM_RESULT = `{${NS.mam}}result`

/**
 * Payloads that make a message without a body worth keeping, for the archive and for offline delivery alike: receipts, markers,
 * corrections, reactions, retractions, encrypted content, invitations and calls.
 */
const KEPT_WITHOUT_BODY: readonly string[] = [
  `{urn:xmpp:receipts}received`,
  `{urn:xmpp:chat-markers:0}displayed`,
  `{urn:xmpp:chat-markers:0}received`,
  `{urn:xmpp:message-correct:0}replace`,
  `{urn:xmpp:reactions:0}reactions`,
  `{urn:xmpp:message-retract:1}retract`,
  `{urn:xmpp:fasten:0}apply-to`,
  `{eu.siacs.conversations.axolotl}encrypted`,
  `{urn:xmpp:omemo:2}encrypted`,
  `{urn:xmpp:openpgp:0}openpgp`,
  `{jabber:x:conference}x`,
  `{http://jabber.org/protocol/muc#user}x`,
  `{urn:xmpp:jingle-message:0}propose`,
  `{urn:xmpp:jingle-message:0}accept`,
  `{urn:xmpp:jingle-message:0}reject`,
  `{urn:xmpp:jingle-message:0}retract`,
  `{urn:xmpp:jingle-message:0}finish`,
]

/** Whether a message belongs in a user's archive (XEP-0313 §5.1.1, XEP-0334 §4.1). */
export function isArchivable(message: Stanza): boolean {
  return isOfflineStorable(message) && !message.has(NO_PERMANENT_STORE)
}

/**
 * Whether a message that nobody can take now waits for a resource (XEP-0160 §3, RFC 6121 §8.5.2.2.1): what may be stored for good, and
 * what may be stored for as long as that takes (XEP-0334 §3.3).
 */
export function isOfflineStorable(message: Stanza): boolean {
  switch (message.type) {
    case 'error':
    case 'headline':
    case 'groupchat':
      return false
  }
  if (message.has(NO_STORE) || message.has(MAM_RESULT)) return false
  return message.has(BODY) || message.has(STORE) || message.children.some((child) => KEPT_WITHOUT_BODY.includes(child))
}
