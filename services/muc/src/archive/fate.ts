import { wantsStorage } from '@heliograph/archive'
import { NS, type Stanza } from '@heliograph/stanza'

const SUBJECT = `{${NS.client}}subject`

/**
 * What becomes of a message that a room sends to all. `archived`: it stays (XEP-0313 §5.1.3). `carried`: it is in the room's recovery
 * copy until everybody has taken it, so that a new owner can bring it to who hasn't. `passing`: it isn't worth that, or doesn't want to be stored
 * at all (XEP-0334 §4.2); it is in custody only when everybody has taken it.
 */
export type Fate = 'archived' | 'carried' | 'passing'

/** @param logged whether the room has an archive */
export function fateOf(message: Stanza, logged: boolean): Fate {
  if (logged && (isSubjectChange(message) || wantsStorage(message, 'archived'))) return 'archived'
  return isSubjectChange(message) || wantsStorage(message, 'offline') ? 'carried' : 'passing'
}

/** XEP-0045 §7.2.15: a subject and no body. */
export function isSubjectChange(message: Stanza): boolean {
  return message.has(SUBJECT) && !message.hasBody
}
