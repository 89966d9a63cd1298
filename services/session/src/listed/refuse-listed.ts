import { bareOf, isFull, trusted } from '@heliograph/jid'
import { type Stanza, stanzaError } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import { type Arrived, refuseArrived } from '../pipeline/arrived.ts'
import { answersMessage, isUnrelated } from '../strangers/stranger-filter.ts'

/**
 * True when that is from somebody whom a block list names, and who is a stranger to the user: he has been answered as if there were no such
 * account. Contacts aren't looked up.
 */
export function refusedListed(context: SessionContext, arrived: Arrived): boolean {
  const { user, stanza, taken } = arrived
  const from = trusted(stanza.from!)
  if (!reaches(stanza) || !isUnrelated(user, from) || !context.listed.has(bareOf(from))) return false
  context.events.listedRefused()
  if (stanza.name === 'presence' || (stanza.name === 'message' && !answersMessage(stanza))) taken()
  else refuseArrived(context, arrived, stanzaError('service-unavailable'))
  return true
}

/** What a user or a client of his would get to see. Answers are to what they asked, and the server answers for an account as it does strangers. */
function reaches({ name, type, to }: Stanza): boolean {
  switch (name) {
    case 'message':
      return type !== 'error' && type !== 'groupchat'
    case 'presence':
      return type === undefined || type === 'subscribe'
    case 'iq':
      return (type === 'get' || type === 'set') && to !== undefined && isFull(trusted(to))
  }
}
