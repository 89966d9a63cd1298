import { el, NS } from '@heliograph/stanza'
import { defineModule, type Module, onGet, reply } from './module.ts'

/** What an address is (https://xmpp.org/registrar/disco-categories.html). */
export interface Identity {
  readonly category: string
  readonly type: string
}

/** XEP-0030 for the address of a service that can nothing yet but be discovered. What it can do is announced once it can. */
export function discoOf({ category, type }: Identity): Module<undefined> {
  const features = [NS.discoInfo, NS.discoItems]
  const identity = () => el('identity', { category, type, name: 'Heliograph' })
  return defineModule<undefined>({
    name: 'disco',
    xeps: [{ number: '0030', version: '2.5.0' }],
    features: { server: features },
    iq: [
      onGet('server', `{${NS.discoInfo}}query`, () =>
        reply(
          el(
            'query',
            { xmlns: NS.discoInfo },
            identity(),
            features.map((feature) => el('feature', { var: feature })),
          ),
        ),
      ),
      onGet('server', `{${NS.discoItems}}query`, () => reply(el('query', { xmlns: NS.discoItems }))),
    ],
  })
}
