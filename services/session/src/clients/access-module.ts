import { defineModule, type Outcome, refuse, reply } from '@heliograph/module'
import { el, NS, type Stanza, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { clientsOf, endOwnClient, type OwnClient } from '../commands/own/client-facts.ts'
import type { IqContext } from '../modules/iq-context.ts'
import { type OwnContext, onOwnGet, onOwnSet } from '../modules/own.ts'
import { hasFullAccess } from './full-access.ts'

/** XEP-0494: Client Access Management. The same as the commands `list-clients` and `end-client`. */
export const clientAccess = defineModule<IqContext>({
  name: 'client-access',
  xeps: [
    {
      number: '0494',
      version: '0.1.0',
      note: 'a client without a session is seen since its newest token; grants are taken back at their issuer',
    },
  ],
  features: { account: [NS.clientAccess] },
  iq: [...onOwnGet(`{${NS.clientAccess}}list`, list), ...onOwnSet(`{${NS.clientAccess}}revoke`, revoke)],
})

function list(_request: Stanza, { session, user, chore }: OwnContext): Promise<Outcome> {
  return chore(async () => {
    const clients = await clientsOf(session, user)
    return reply(el('clients', { xmlns: NS.clientAccess }, clients.map(clientElement)))
  })
}

/** XEP-0494 §3.1 */
function clientElement(client: OwnClient): Element {
  const { name, resource, token } = client
  const now = new Date()
  const first = resource === undefined ? (token?.issued ?? now) : new Date(resource.since)
  const last = resource === undefined ? (token?.issued ?? now) : now
  const full = resource === undefined || hasFullAccess(resource)
  const about = [el('software', null, token?.software ?? ''), el('device', null, token?.device ?? '')]
  return el(
    'client',
    { connected: String(resource !== undefined), id: name, type: 'session' },
    el('first-seen', null, first.toISOString()),
    el('last-seen', null, last.toISOString()),
    el('auth', null, full ? el('password') : el('grant'), token && el('fast')),
    el('permission', { status: full ? 'unrestricted' : 'normal' }),
    el(
      'user-agent',
      null,
      about.filter((each) => each.getText() !== ''),
    ),
  )
}

/**
 * XEP-0494 §3.2: the session and the tokens of another client end. If it has shown the password there is an error all the same, for it may
 * come back.
 */
function revoke(request: Stanza, { session, user, resource, chore }: OwnContext): Outcome | Promise<Outcome> {
  if (!hasFullAccess(resource)) return refuse(stanzaError('forbidden'))
  const id = request.child('revoke', NS.clientAccess)?.attrs.id as string | undefined
  if (!id) return refuse(stanzaError('bad-request', { text: 'which client?' }))
  return chore(async () => {
    const client = (await clientsOf(session, user)).find(({ name }) => name === id)
    if (client === undefined) return refuse(stanzaError('item-not-found'))
    if (client.resource === resource)
      return refuse(stanzaError('not-allowed', { text: 'this client may simply log out' }))
    await endOwnClient(session, user, client)
    if (client.resource !== undefined && !hasFullAccess(client.resource)) return reply()
    const application = el('password-reset-required', { xmlns: NS.clientAccess })
    const text = 'the client was ended; it may come back with the password until that is changed'
    return refuse(stanzaError('service-unavailable', { text, application }))
  })
}
