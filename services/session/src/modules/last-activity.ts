import { defineModule, type Outcome, onGet, refuse, reply } from '@heliograph/module'
import { el, NS, type Stanza, stanzaError } from '@heliograph/stanza'
import type { IqContext } from './iq-context.ts'

const QUERY = `{${NS.lastActivity}}query`

/** XEP-0012: Last Activity. */
export const lastActivity = defineModule<IqContext>({
  name: 'last-activity',
  xeps: [{ number: '0012', version: '2.0' }],
  features: { server: [NS.lastActivity], account: [NS.lastActivity] },
  iq: [
    // §5: for a server, how long it has been running.
    onGet('server', QUERY, () => seconds(process.uptime())),
    onGet('account', QUERY, ofAccount),
    // §3: who may not see the user's presence, and so must not learn whether there is one.
    onGet('nobody', QUERY, () => refuse(stanzaError('forbidden'))),
  ],
})

function ofAccount(_request: Stanza, { user, session, chore }: IqContext): Outcome | Promise<Outcome> {
  if (user.resources.some(({ available }) => available)) return seconds(0)
  return chore(async () => {
    const last = await session.lastActivity.of(user.jid)
    return last ? seconds((Date.now() - last.at.getTime()) / 1000, last.status) : refuse(stanzaError('item-not-found'))
  })
}

function seconds(count: number, status = ''): Outcome {
  const query = el('query', { xmlns: NS.lastActivity, seconds: Math.max(0, Math.floor(count)) }, status)
  return reply(query)
}
