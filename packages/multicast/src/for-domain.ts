import type { Jid } from '@heliograph/jid'
import type { Stanza } from '@heliograph/stanza'
import { copyFor } from './copy-for.ts'

/** Of one envelope at most: about a frame of a link. */
const MOST = 500

/** What the owner of a pair of domains is sent. */
export interface ForDomain {
  readonly stanza: Stanza
  /** Undefined: whom the stanza is addressed to. */
  readonly recipients: readonly string[] | undefined
}

/** A stanza for several of one other domain: all in one where they are not too many, so that its gateway may write it there once. */
export function* forDomain(stanza: Stanza, recipients: readonly Jid[]): Iterable<ForDomain> {
  if (recipients.length === 1) return yield { stanza: copyFor(stanza, recipients[0]!), recipients: undefined }
  for (let at = 0; at < recipients.length; at += MOST)
    yield { stanza, recipients: recipients.length <= MOST ? recipients : recipients.slice(at, at + MOST) }
}
