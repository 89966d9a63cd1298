import { type BareJid, parseBare } from '@heliograph/jid'

/** The header that carries the authorization identity and the channel binding flag (RFC 5801 §4, RFC 5802 §7). */
export interface Gs2Header {
  /** `n`: the client has none; `y`: it has, and thinks the server hasn't; `p`: it binds to `bindingType`. */
  readonly flag: 'n' | 'y' | 'p'
  /** Only with `p`. */
  readonly bindingType: string
  /** Undecoded; an empty string for none. */
  readonly authzid: string
  /** The header as sent, with both commas. */
  readonly text: string
}

const HEADER = /^(?:([ny])|p=([A-Za-z0-9.-]+)),(?:a=([^,\0]+))?,/

/** @returns undefined when the message doesn't begin with a header */
export function parseGs2Header(message: string): Gs2Header | undefined {
  const match = HEADER.exec(message)
  if (match === null) return undefined
  const [text, plain, bindingType = '', authzid = ''] = match
  return { flag: plain === 'n' || plain === 'y' ? plain : 'p', bindingType, authzid, text }
}

/** Decodes a saslname: `=2C` is a comma, `=3D` an equals sign. @returns undefined for any other `=` (RFC 5802 §5.1) */
export function decodeSaslName(name: string): string | undefined {
  if (name === '' || /=(?!2C|3D)/.test(name)) return undefined
  return name.replaceAll('=2C', ',').replaceAll('=3D', '=')
}

/**
 * Whether an authorization identity is the one that was authenticated: nobody acts for another (RFC 6120 §6.3.8), nor as somebody else
 * than the one for whom the stream was opened (XEP-0388 §2.3).
 */
export function authzidIs(authzid: string, identity: BareJid, claimed = identity): boolean {
  return authzid === '' || (parseBare(authzid) === identity && claimed === identity)
}
