import type { Stanza } from './stanza.ts'
import { type StanzaError, stanzaError } from './stanza-error.ts'

const IQ_TYPES: ReadonlySet<string | undefined> = new Set(['get', 'set', 'result', 'error'])
const PRESENCE_TYPES: ReadonlySet<string | undefined> = new Set([
  undefined,
  'error',
  'probe',
  'subscribe',
  'subscribed',
  'unavailable',
  'unsubscribe',
  'unsubscribed',
])

/** What is wrong with a stanza by the rules that hold for every stanza (RFC 6120 §8, RFC 6121 §4.7.1); undefined when nothing is. */
export function checkStanza(stanza: Stanza): StanzaError | undefined {
  // RFC 6120 §8.3.3.8
  if (stanza.malformed !== undefined)
    return stanzaError('jid-malformed', { text: `'${stanza.malformed}' is not a JID` })
  if (stanza.name === 'iq') return checkIq(stanza)
  if (stanza.name === 'presence' && !PRESENCE_TYPES.has(stanza.type)) {
    return stanzaError('bad-request', { text: 'unknown presence type' })
  }
  return undefined
}

function checkIq(stanza: Stanza): StanzaError | undefined {
  const { type, children } = stanza
  // RFC 6120 §8.2.3, rules 1 to 5
  if (stanza.id === undefined || stanza.id === '') return stanzaError('bad-request', { text: 'an IQ needs an id' })
  if (!IQ_TYPES.has(type)) return stanzaError('bad-request', { text: 'unknown IQ type' })
  if ((type === 'get' || type === 'set') && children.length !== 1) {
    return stanzaError('bad-request', { text: 'an IQ request has exactly one child' })
  }
  if (type === 'result' && children.length > 1)
    return stanzaError('bad-request', { text: 'an IQ result has at most one child' })
  return undefined
}

/** A message's type, `normal` when it has none or an unknown one (RFC 6121 §5.2.2). */
export function messageType(stanza: Stanza): 'chat' | 'error' | 'groupchat' | 'headline' | 'normal' {
  switch (stanza.type) {
    case 'chat':
    case 'error':
    case 'groupchat':
    case 'headline':
      return stanza.type
    default:
      return 'normal'
  }
}

/** The request inside an IQ of type `get` or `set`: the Clark name of its child. */
export function iqPayloadName(stanza: Stanza): string | undefined {
  return stanza.name === 'iq' && (stanza.type === 'get' || stanza.type === 'set') ? stanza.children[0] : undefined
}
