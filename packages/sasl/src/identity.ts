import { type BareJid, localOf, makeJid } from '@heliograph/jid'
import type { DialogueContext } from './dialogue.ts'

/** Whom a name of the mechanism's means, and how the credentials know him; undefined when it is no name. */
export function identify(
  { domain, identityOf }: Pick<DialogueContext, 'domain' | 'identityOf'>,
  name: string,
): { readonly identity: BareJid; readonly username: string } | undefined {
  const identity = identityOf === undefined ? makeJid(name, domain) : identityOf(name)
  if (identity === undefined) return undefined
  return { identity, username: identityOf === undefined ? localOf(identity) : identity }
}
