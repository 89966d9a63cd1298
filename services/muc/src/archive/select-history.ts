import { idToDate } from '@heliograph/archive'
import type { BareJid } from '@heliograph/jid'
import { delay, NS, type Stanza } from '@heliograph/stanza'
import type { PastMessage } from './history.ts'
import type { HistoryRequest } from './history-request.ts'

const DELAY = `{${NS.delay}}delay`

/** The newest of what was said that somebody asked for, oldest first (XEP-0045 §7.2.14). None is cut short. */
export function selectHistory(
  room: BareJid,
  said: readonly PastMessage[],
  { maxStanzas, maxCharacters = Number.POSITIVE_INFINITY, since = 0, before }: HistoryRequest,
): PastMessage[] {
  const found: PastMessage[] = []
  let characters = 0
  for (let i = said.length - 1; i >= 0 && found.length < maxStanzas; i--) {
    const message = said[i]!
    if (message.id >= before) continue
    if (idToDate(message.id).getTime() < since) break
    if (maxCharacters !== Number.POSITIVE_INFINITY) characters += asHistory(room, message).toString().length
    if (characters > maxCharacters) break
    found.push(message)
  }
  return found.reverse()
}

/**
 * A message as it is told to who enters later: stamped, in the room's name, with when it was said (§7.2.13). What an owner brought along from
 * another conversation has its own stamp (§7.9).
 */
export function asHistory(room: BareJid, { id, stanza }: PastMessage): Stanza {
  return stanza.has(DELAY) ? stanza : stanza.append(delay(idToDate(id).getTime(), room))
}
