import { escapeText } from '@heliograph/xml'
import { NS } from './ns.ts'

/** RFC 6120 §6.5. */
export const SASL_CONDITIONS = Object.freeze([
  'aborted',
  'account-disabled',
  'credentials-expired',
  'encryption-required',
  'incorrect-encoding',
  'invalid-authzid',
  'invalid-mechanism',
  'malformed-request',
  'mechanism-too-weak',
  'not-authorized',
  'temporary-auth-failure',
] as const)

export type SaslCondition = (typeof SASL_CONDITIONS)[number]

/** A SASL failure as data. */
export interface SaslError {
  readonly condition: SaslCondition
  readonly text?: string | undefined
}

/** The `<failure/>` element (RFC 6120 §6.4.5). */
export function saslFailureXml(error: SaslError): string {
  const text = error.text === undefined ? '' : `<text xml:lang='en'>${escapeText(error.text)}</text>`
  return `<failure xmlns='${NS.sasl}'><${error.condition}/>${text}</failure>`
}
