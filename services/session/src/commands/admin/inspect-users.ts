import type { BareJid } from '@heliograph/jid'
import { el, type FormField, formElement, NS, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { itemElement } from '../../roster/push.ts'
import { everywhere } from '../../rpc/everywhere.ts'
import { isNoUser, userAddress } from '../../rpc/manage-users.ts'
import { type Asker, type Command, completed, type Result, refused } from '../command.ts'
import { addressesIn, adminCommand, asking, field, tooMany } from './admin-command.ts'

const MOST_SESSIONS = 1_000

const roster = adminCommand({
  node: 'get-user-roster',
  name: 'Get the rosters of users',
  stages: [asking('Rosters', field('accountjids', 'jid-multi', 'Addresses'))],
  run: (asker, [form]) => inspect(asker, addressesIn(form), rosterOf),
})

const lastLogin = adminCommand({
  node: 'get-user-lastlogin',
  name: 'Get the last login of users',
  stages: [asking('Last login', field('accountjids', 'jid-multi', 'Addresses'))],
  run: (asker, [form]) => inspect(asker, addressesIn(form), lastLoginOf),
})

const statistics = adminCommand({
  node: 'user-stats',
  name: 'Get statistics of a user',
  stages: [asking('Statistics', field('accountjid', 'jid-single', 'Address'))],
  run: (asker, [form]) => inspect(asker, form?.list('accountjid'), statisticsOf),
})

/** XEP-0133 §4.8 to §4.10. */
export const inspectUsers: readonly Command[] = [roster, lastLogin, statistics]

/** A form for each user, one after the other. */
async function inspect(
  { session }: Asker,
  addresses: readonly string[] | undefined,
  show: (session: Asker['session'], jid: BareJid) => Promise<Element>,
): Promise<Result> {
  if (addresses === undefined) return tooMany()
  const forms: Element[] = []
  for (const text of addresses) {
    const jid = userAddress(session, text)
    if (isNoUser(jid)) return refused(stanzaError(jid, { text }))
    if (!(await session.accounts.exists(jid))) return refused(stanzaError('item-not-found', { text }))
    forms.push(await show(session, jid))
  }
  return completed(undefined, ...forms)
}

async function rosterOf(session: Asker['session'], jid: BareJid): Promise<Element> {
  const items = [...(await session.rosters.load(jid)).items()].filter(({ listed }) => listed)
  const form = result({ var: 'accountjids', values: [jid] })
  // Within the form, as XEP-0133's example 34 has it.
  form.cnode(el('query', { xmlns: NS.roster }, items.map(itemElement)))
  return form
}

/** When the newest session of a user who is here began; of one who isn't, when he was last seen. */
async function lastLoginOf(session: Asker['session'], jid: BareJid): Promise<Element> {
  const sessions = await sessionsOf(session, jid)
  const newest = Math.max(0, ...sessions.map(({ since }) => since))
  const at = newest > 0 ? new Date(newest) : (await session.lastActivity.of(jid))?.at
  const values = at === undefined ? [] : [at.toISOString()]
  return result({ var: 'accountjids', values: [jid] }, { var: 'lastlogin', values })
}

async function statisticsOf(session: Asker['session'], jid: BareJid): Promise<Element> {
  const sessions = await sessionsOf(session, jid)
  const { size } = await session.rosters.load(jid)
  const names = sessions.map((each) => each.jid.slice(jid.length + 1))
  return result(
    { var: 'accountjid', values: [jid] },
    { var: 'ipaddresses', type: 'list-multi', values: [...new Set(sessions.map(({ address }) => address))] },
    { var: 'rostersize', values: [String(size)] },
    // XEP-0133 §7.2 has text-single, of which there is only one value.
    { var: 'onlineresources', type: 'text-multi', values: names },
  )
}

async function sessionsOf(session: Asker['session'], jid: BareJid) {
  const request = { jid, after: '', max: MOST_SESSIONS, localOnly: true }
  const { replies } = await everywhere(session, (client) => client.listSessions(request))
  return replies.flatMap(({ sessions }) => sessions)
}

function result(...fields: readonly FormField[]): Element {
  return formElement({ type: 'result', formType: NS.admin, fields })
}
