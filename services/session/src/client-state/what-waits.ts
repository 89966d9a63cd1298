import type { BareJid, FullJid } from '@heliograph/jid'
import { NS, Stanza } from '@heliograph/stanza'
import { mayWait } from '../payloads/eligibility.ts'

const IN_ROOM = `{${NS.mucUser}}x`
const CHAT_STATE = `{${NS.chatStates}}`

/**
 * What an inactive client (XEP-0352) may hear later: undefined for what it must hear at once, else a key. What comes under the same key
 * says the same more recently, so that the earlier one needn't be told; '' never does.
 */
export function keyOfWaiting(
  stanza: Stanza,
  { account, client }: { account: BareJid; client: FullJid },
): string | undefined {
  switch (stanza.name) {
    case 'iq':
      return undefined
    case 'presence':
      return isNews(stanza, client) ? `presence ${stanza.from}` : undefined
    case 'message':
      return keyOfMessage(stanza, account)
  }
}

/** Presence of others, but for subscriptions and for what a room says of the client itself: a status code tells that. */
function isNews(presence: Stanza, client: FullJid): boolean {
  if ((presence.type !== undefined && presence.type !== 'unavailable') || presence.from === client) return false
  return !presence.has(IN_ROOM) || presence.child('x', NS.mucUser)?.getChild('status') === undefined
}

function keyOfMessage(message: Stanza, account: BareJid): string | undefined {
  const direction = message.has(`{${NS.carbons}}sent`)
    ? 'sent'
    : message.has(`{${NS.carbons}}received`)
      ? 'received'
      : ''
  if (direction === '') return keyOf(message, message.from === account, `from ${message.from}`)
  const inner = insideCarbon(message, direction)
  const peer = direction === 'sent' ? `to ${inner?.to}` : `from ${inner?.from}`
  return inner && keyOf(inner, direction === 'sent', peer)
}

function keyOf(message: Stanza, own: boolean, peer: string): string | undefined {
  if (!mayWait(message, own)) return undefined
  // Chat states replace each other; what else waits is told, all of it.
  return message.children.some((name) => name.startsWith(CHAT_STATE)) ? `state ${peer}` : ''
}

function insideCarbon(message: Stanza, direction: 'sent' | 'received'): Stanza | undefined {
  const forwarded = message.child(direction, NS.carbons)?.getChild('forwarded', NS.forward)
  const inner = forwarded?.getChild('message', NS.client)
  return inner && Stanza.fromElement(inner)
}
