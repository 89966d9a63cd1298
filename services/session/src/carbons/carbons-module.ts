import { defineModule, type Outcome, onSet, refuse, reply } from '@heliograph/module'
import { NS, type Stanza, stanzaError } from '@heliograph/stanza'
import type { IqContext } from '../modules/iq-context.ts'

const FEATURES = [NS.carbons, NS.carbonsRules]

/** XEP-0280: Message Carbons. */
export const carbonsModule = defineModule<IqContext>({
  name: 'carbons',
  xeps: [{ number: '0280', version: '1.0.1' }],
  features: { server: FEATURES, account: FEATURES },
  iq: [
    onSet('account', `{${NS.carbons}}enable`, (_request: Stanza, context) => set(context, true)),
    onSet('account', `{${NS.carbons}}disable`, (_request: Stanza, context) => set(context, false)),
  ],
})

/** As often as the client likes (§10.1). Answered once the next owner would know it, too. */
function set({ session, user, resource }: IqContext, enabled: boolean): Outcome | Promise<Outcome> {
  // §4.1: "if the request is from a client that is not hosted on this server", or is another user's.
  if (!resource) return refuse(stanzaError('not-allowed'))
  if (!enabled) resource.carbonsFrom = 0
  else if (resource.carbonsFrom === 0) resource.carbonsFrom = session.clock.next(user.lastArchiveId)
  return new Promise((resolve) => session.records.changed(user, resource, () => resolve(reply())))
}
