import { isTokenMechanism, provesPassword } from '@heliograph/sasl'
import type { Resource } from '../users/resource.ts'

/**
 * Whether a client has been given all that its user may: who came by a token of an issuer can't make a password, remove the account, or end
 * other clients (XEP-0493 §4, scope `xmpp:client:normal`).
 */
export function hasFullAccess({ origin }: Pick<Resource, 'origin'>): boolean {
  // Our own tokens are only given to who came by the password.
  return provesPassword(origin.mechanism) || isTokenMechanism(origin.mechanism)
}
