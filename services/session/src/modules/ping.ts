import { defineModule, onGet, reply } from '@heliograph/module'
import { NS } from '@heliograph/stanza'
import type { IqContext } from './iq-context.ts'

const PING = `{${NS.ping}}ping`

/** XEP-0199: XMPP Ping. */
export const ping = defineModule<IqContext>({
  name: 'ping',
  xeps: [{ number: '0199', version: '2.0.1' }],
  features: { server: [NS.ping], account: [NS.ping] },
  iq: [onGet('server', PING, () => reply()), onGet('account', PING, () => reply())],
})
