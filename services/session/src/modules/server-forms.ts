import type { Domain } from '@heliograph/jid'
import { defineModule, type Registry } from '@heliograph/module'
import type { Form } from '@heliograph/stanza'
import { OwnCapabilities } from '../capabilities/own-capabilities.ts'
import type { SessionConfig } from '../config.ts'
import type { SessionContext } from '../context.ts'
import type { IqContext } from './iq-context.ts'

const SERVER_INFO = 'http://jabber.org/network/serverinfo'

/** XEP-0157: Contact Addresses, in a form of the server's disco#info (XEP-0128). */
export const contactAddresses = defineModule<IqContext>({
  name: 'contact-addresses',
  xeps: [
    { number: '0128', version: '1.0.1' },
    { number: '0157', version: '1.1.1' },
  ],
})

/** What a domain says of itself beyond features: one form a FORM_TYPE (XEP-0128 §3). */
function serverForms(config: SessionConfig, domain: Domain): Form[] {
  const contacts = Object.entries(config.policies.get(domain)?.contacts ?? {})
  const fields = contacts
    .filter(([, addresses]) => addresses.length > 0)
    .map(([role, values]) => ({ var: `${role}-addresses`, type: 'list-multi' as const, values }))
  return fields.length > 0 ? [{ type: 'result', formType: SERVER_INFO, fields }] : []
}

/** What the entities here say of themselves; a server says of each domain what is the domain's. */
export function ownCapabilities(config: SessionConfig, registry: Registry<IqContext>): SessionContext['own'] {
  const plain = new OwnCapabilities('server', registry)
  const made = new WeakMap<SessionConfig['policies'], Map<Domain, OwnCapabilities>>()
  const servers = (): Map<Domain, OwnCapabilities> => {
    const present = made.get(config.policies) ?? serversOf(config, registry)
    made.set(config.policies, present)
    return present
  }
  return {
    server: (domain) => servers().get(domain) ?? plain,
    account: new OwnCapabilities('account', registry),
    anonymous: new OwnCapabilities('anonymous', registry),
  }
}

/** Of the domains that have something to say beyond features. */
function serversOf(config: SessionConfig, registry: Registry<IqContext>): Map<Domain, OwnCapabilities> {
  const servers = new Map<Domain, OwnCapabilities>()
  for (const domain of config.policies.keys()) {
    const forms = serverForms(config, domain)
    if (forms.length > 0) servers.set(domain, new OwnCapabilities('server', registry, forms))
  }
  return servers
}
