import { el, NS, type StanzaError, stanzaError } from '@heliograph/stanza'

const CONDITIONS = {
  'malformed-action': 'bad-request',
  'bad-action': 'bad-request',
  'bad-locale': 'bad-request',
  'bad-payload': 'bad-request',
  'bad-sessionid': 'bad-request',
  'session-expired': 'not-allowed',
} as const

/** XEP-0050 §4.7, table 5. */
export function commandError(application: keyof typeof CONDITIONS, text: string): StanzaError {
  return stanzaError(CONDITIONS[application], { text, application: el(application, { xmlns: NS.commands }) })
}
