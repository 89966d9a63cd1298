import { type BareJid, bareOf } from '@heliograph/jid'
import { defineModule, type Outcome, onGet, onSet, refuse, reply } from '@heliograph/module'
import { el, NS, type Stanza, stanzaError } from '@heliograph/stanza'
import type { GatewayOptions } from './options.ts'
import { isRemoval, readRegistration, registrationQuery } from './registration-form.ts'
import type { Registration } from './registrations.ts'

/** What the answers are made of. */
export interface GatewayContext extends GatewayOptions {
  register(user: BareJid, registration: Registration): Promise<void>
  unregister(user: BareJid): Promise<void>
}

const FEATURES = [NS.discoInfo, NS.discoItems, NS.register]

/** XEP-0100: what a gateway answers; XEP-0077: how it is registered with. */
export const gatewayModule = defineModule<GatewayContext>({
  name: 'gateway',
  features: { item: FEATURES },
  iq: [
    onGet('item', `{${NS.discoInfo}}query`, (_, { identity: { type, name } }) =>
      reply(
        el(
          'query',
          { xmlns: NS.discoInfo },
          el('identity', { category: 'gateway', type, name }),
          FEATURES.map((feature) => el('feature', { var: feature })),
        ),
      ),
    ),
    onGet('item', `{${NS.discoItems}}query`, () => reply(el('query', { xmlns: NS.discoItems }))),
    onGet('item', `{${NS.register}}query`, ask),
    onSet('item', `{${NS.register}}query`, answer),
  ],
})

async function ask(request: Stanza, { fields, instructions, registrations }: GatewayContext): Promise<Outcome> {
  return reply(registrationQuery(fields, instructions, await registrations.get(bareOf(request.from!))))
}

async function answer(request: Stanza, context: GatewayContext): Promise<Outcome> {
  const user = bareOf(request.from!)
  const known = await context.registrations.get(user)
  if (isRemoval(request)) {
    // XEP-0077 §3.2
    if (known === undefined) return refuse(stanzaError('registration-required'))
    await context.unregister(user)
    return reply()
  }
  const registration = readRegistration(request, context.fields)
  // XEP-0100 §4.1.2
  if (registration === undefined || !(await context.network.verify(registration)))
    return refuse(stanzaError('not-acceptable'))
  await context.register(user, registration)
  return reply()
}
