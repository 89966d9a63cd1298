import { Kind } from '@heliograph/bus'
import type { Jid } from '@heliograph/jid'
import { defineModule } from '@heliograph/module'
import { type Form, NS } from '@heliograph/stanza'
import type { SessionContext } from '../context.ts'
import type { IqContext } from '../modules/iq-context.ts'

/** XEP-0033: Extended Stanza Addressing. The domain itself is the service, for its users and for other servers. */
export const multicastService = defineModule<IqContext>({
  name: 'multicast',
  xeps: [{ number: '0033', version: '1.2.1', note: 'when `multicast.enabled`; without URIs' }],
  features: { server: [NS.addresses] },
})

/** How many addresses other servers may put into a stanza, said as ejabberd says it. Users have another limit. */
export function limitsFor({ config, hosts }: SessionContext, asker: Jid | undefined): readonly Form[] {
  if (!config.multicast.enabled || asker === undefined || hosts.kindOf(asker) !== Kind.domain) return []
  const values = [String(config.multicast.addressesFromServers)]
  const fields = [
    { var: 'message', values },
    { var: 'presence', values },
  ]
  return [{ type: 'result', formType: NS.addresses, fields }]
}
