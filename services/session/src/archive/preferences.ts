import { bareOf, type Jid, parseJid } from '@heliograph/jid'
import { NS, type StanzaError, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { User } from '../users/user.ts'

/** What a user wants archived (XEP-0441 §2.1). The lists hold bare and full JIDs, sorted by nothing but how they were given. */
export interface ArchivePreferences {
  /** Of those in neither list: everybody's messages, nobody's, or those of roster items. */
  readonly behaviour: 'always' | 'never' | 'roster'
  readonly always: ReadonlySet<Jid>
  readonly never: ReadonlySet<Jid>
}

/** Addresses that both lists may hold together. */
export const MAX_LISTED = 200

/** What holds for those who have said nothing. */
export const KEEP_ALL: ArchivePreferences = { behaviour: 'always', always: new Set(), never: new Set() }

/**
 * Whether a user wants what is said to or by `target` archived (XEP-0441 §2.3). The address itself counts before its account; what is in
 * both lists is not archived.
 */
export function wantsArchived(user: User, target: Jid): boolean {
  const { archiving } = user
  if (user.anonymous) return false
  if (archiving === undefined) return true
  const { behaviour, always, never } = archiving
  const bare = bareOf(target)
  for (const jid of [target, bare as Jid]) {
    if (never.has(jid)) return false
    if (always.has(jid)) return true
  }
  return behaviour === 'roster' ? user.exists && user.roster.get(bare)?.listed === true : behaviour === 'always'
}

/** Reads a `<prefs xmlns='urn:xmpp:mam:2'/>`. */
export function readPreferences(prefs: Element): ArchivePreferences | StanzaError {
  const behaviour = prefs.attrs.default
  if (behaviour !== 'always' && behaviour !== 'never' && behaviour !== 'roster')
    return stanzaError('bad-request', { text: "default is 'always', 'never' or 'roster'" })
  const always = listed(prefs, 'always')
  const never = listed(prefs, 'never')
  if (always === undefined || never === undefined) return stanzaError('jid-malformed')
  if (always.size + never.size > MAX_LISTED)
    return stanzaError('not-acceptable', { text: `the lists take ${MAX_LISTED} addresses together` })
  return { behaviour, always, never }
}

/** §2.1.3, §2.1.4: a list that is missing is empty. Undefined where something in it is no address. */
function listed(prefs: Element, name: 'always' | 'never'): ReadonlySet<Jid> | undefined {
  const jids = new Set<Jid>()
  for (const element of prefs.getChild(name, NS.mam)?.getChildren('jid', NS.mam) ?? []) {
    const jid = parseJid(element.getText())
    if (jid === undefined) return undefined
    jids.add(jid)
  }
  return jids
}
