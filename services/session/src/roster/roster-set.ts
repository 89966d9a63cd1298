import { type BareJid, bareOf, parseJid } from '@heliograph/jid'
import { type Outcome, refuse, reply } from '@heliograph/module'
import type { RosterItem } from '@heliograph/roster'
import { NS, type Stanza, type StanzaCondition, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { IqContext } from '../modules/iq-context.ts'
import { endSubscriptions } from './end-subscriptions.ts'
import { ROSTER_MAX, removeItem, storeItem } from './store-item.ts'

const NAME_BYTES = 1023

/** RFC 6121 §2.1.5, §2.3 to §2.5. */
export function setRoster(request: Stanza, context: IqContext): Outcome | Promise<Outcome> {
  const { user } = context
  const items = request.child('query', NS.roster)?.getChildElements() ?? []
  const element = items[0]
  if (items.length !== 1 || !element?.is('item', NS.roster)) return refuse(stanzaError('bad-request'))
  const jid = parseJid(String(element.attrs.jid ?? ''))
  if (jid === undefined) return refuse(stanzaError('jid-malformed'))
  const contact = bareOf(jid)
  if (element.attrs.subscription === 'remove') return context.chore(() => remove(context, contact))
  const wanted = readItem(element)
  if ('refused' in wanted) return refuse(stanzaError(wanted.refused))
  if (user.roster.size >= ROSTER_MAX && !user.roster.get(contact)) return refuse(stanzaError('resource-constraint'))
  return context.chore(() => update(context, contact, wanted))
}

function readItem(element: Element): { name: string; groups: string[] } | { refused: StanzaCondition } {
  const name = String(element.attrs.name ?? '')
  const groups = element.getChildren('group', NS.roster).map((group) => group.getText())
  // §2.3.3: a group twice is bad-request, an empty or too long name not-acceptable.
  if (new Set(groups).size !== groups.length) return { refused: 'bad-request' }
  const tooLong = (text: string) => Buffer.byteLength(text) > NAME_BYTES
  if (tooLong(name) || groups.some((group) => group === '' || tooLong(group))) return { refused: 'not-acceptable' }
  return { name, groups }
}

/** §2.3, §2.4: name and groups are the client's to set, the subscription isn't. */
async function update(
  { session, user }: IqContext,
  jid: BareJid,
  { name, groups }: { name: string; groups: string[] },
): Promise<Outcome> {
  const before = user.roster.get(jid)
  const state: Pick<RosterItem, 'subscription' | 'ask' | 'approved' | 'request'> = before ?? {
    subscription: 'none',
    ask: false,
    approved: false,
    request: '',
  }
  const { subscription, ask, approved, request } = state
  await storeItem(session, user, { jid, name, groups, subscription, ask, approved, request, listed: true })
  return reply()
}

/** §2.5.2: the removed contact's subscriptions end in both directions. */
async function remove({ session, user }: IqContext, jid: BareJid): Promise<Outcome> {
  const before = user.roster.get(jid)
  if (!before?.listed) return refuse(stanzaError('item-not-found'))
  await removeItem(session, user, jid)
  endSubscriptions(session, user, before)
  return reply()
}
