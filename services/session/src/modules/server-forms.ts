import type { Domain } from '@heliograph/jid'
import { defineModule, type Registry } from '@heliograph/module'
import type { Form } from '@heliograph/stanza'
import { OwnCapabilities } from '../capabilities/own-capabilities.ts'
import type { SessionConfig } from '../config.ts'
import type { SessionContext } from '../context.ts'
import type { NestedInfo } from '../delegation/nested-info.ts'
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
export function ownCapabilities(
  config: SessionConfig,
  registry: Registry<IqContext>,
  nested: Pick<NestedInfo, 'version' | 'into'>,
): SessionContext['own'] {
  const made = new Map<string, Made>()
  const latest = (key: string, make: () => OwnCapabilities): OwnCapabilities => {
    const before = made.get(key)
    if (before?.policies === config.policies && before.version === nested.version) return before.own
    const own = make()
    if (before) own.follow(before.own)
    made.set(key, { own, policies: config.policies, version: nested.version })
    return own
  }
  const ofServer = (forms: readonly Form[]) => () =>
    new OwnCapabilities('server', registry, forms, (info) => nested.into('server', info))
  const anonymous = new OwnCapabilities('anonymous', registry)
  return {
    server(domain) {
      const forms = serverForms(config, domain)
      return latest(forms.length > 0 ? domain : '', ofServer(forms))
    },
    get account() {
      return latest(
        ' account',
        () => new OwnCapabilities('account', registry, [], (info) => nested.into('account', info)),
      )
    },
    anonymous,
  }
}

/** It holds as long as these are what is configured, and nothing else is known of components. */
interface Made {
  readonly own: OwnCapabilities
  readonly policies: SessionConfig['policies']
  readonly version: number
}
