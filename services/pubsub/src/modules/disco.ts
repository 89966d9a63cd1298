import { defineModule, onGet, reply } from '@heliograph/module'
import { el, NS } from '@heliograph/stanza'

/** XEP-0030: what this address is. What it can do is announced once it can. */
export const disco = defineModule<undefined>({
  name: 'disco',
  xeps: [{ number: '0030', version: '2.5.0' }],
  features: { server: [NS.discoInfo, NS.discoItems] },
  iq: [
    onGet('server', `{${NS.discoInfo}}query`, () =>
      reply(
        el(
          'query',
          { xmlns: NS.discoInfo },
          el('identity', { category: 'pubsub', type: 'service', name: 'Heliograph' }),
          el('feature', { var: NS.discoInfo }),
          el('feature', { var: NS.discoItems }),
        ),
      ),
    ),
    onGet('server', `{${NS.discoItems}}query`, () => reply(el('query', { xmlns: NS.discoItems }))),
  ],
})
