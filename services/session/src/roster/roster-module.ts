import { defineModule, type Outcome, reply } from '@heliograph/module'
import { el, NS, type Stanza } from '@heliograph/stanza'
import type { IqContext } from '../modules/iq-context.ts'
import { type OwnContext, ownersOnly } from '../modules/own.ts'
import { forAllUsers, managed } from './managed-roster.ts'
import { itemElement, pushTo, removalElement } from './push.ts'
import { setRoster } from './roster-set.ts'

const QUERY = `{${NS.roster}}query`

/** RFC 6121 §2: the roster, with versions (§2.6). */
export const rosterModule = defineModule<IqContext>({
  name: 'roster',
  xeps: [{ number: '0237', version: '1.3' }],
  features: { server: [NS.roster] },
  iq: [
    // §2.3.3: forbidden to others, whether there is such a roster or not.
    ...forAllUsers(
      'get',
      QUERY,
      managed('get', (_, context) => reply(wholeRoster(context, false)), ownersOnly(getRoster)),
    ),
    ...forAllUsers('set', QUERY, managed('set', setRoster, ownersOnly(setRoster))),
  ],
})

/** RFC 6121 §2.1.4. A client that names a version is sent what has changed since (§2.6.2). */
function getRoster(request: Stanza, context: OwnContext): Outcome | Promise<Outcome> {
  const { user, resource, session } = context
  resource.interested = true
  session.records.changed(user, resource)
  const version = request.child('query', NS.roster)?.attrs.ver as string | undefined
  if (version === undefined) return reply(wholeRoster(context, false))
  if (version === String(user.roster.version)) return reply()
  if (!/^\d{1,16}$/.test(version)) return reply(wholeRoster(context, true))
  return context.chore(() => changesSince(context, Number(version)))
}

async function changesSince(context: IqContext, version: number): Promise<Outcome> {
  const { user, resource, session } = context
  const changes = await session.rosters.changesSince(user.jid, version)
  if (changes === undefined) return reply(wholeRoster(context, true))
  // §2.6.2: an empty result first, then the pushes.
  setImmediate(() => {
    if (!resource || !user.resources.includes(resource)) return
    for (const change of changes) {
      if (change.item && !change.item.listed) continue
      const item = change.item ? itemElement(change.item) : removalElement(change.jid)
      pushTo(session, user, resource, item, change.version)
    }
  })
  return reply()
}

function wholeRoster({ user }: IqContext, versioned: boolean) {
  const items = [...user.roster.items()].filter(({ listed }) => listed)
  const ver = versioned ? String(user.roster.version) : undefined
  return el('query', { xmlns: NS.roster, ver }, items.map(itemElement))
}
