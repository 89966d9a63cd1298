import { defineModule, type Outcome, refuse, reply } from '@heliograph/module'
import { NS, type Stanza, stanzaError } from '@heliograph/stanza'
import type { IqContext } from '../modules/iq-context.ts'
import { type OwnContext, onOwnSet } from '../modules/own.ts'
import { readAddress, readEnable } from './push-service.ts'
import { storePushServices } from './push-store.ts'
import { UserPush } from './user-push.ts'

/** Of one account. */
const SERVICES_MAX = 16

/** XEP-0357: Push Notifications. */
export const pushModule = defineModule<IqContext>({
  name: 'push',
  xeps: [{ number: '0357', version: '0.4.1', note: 'messages only; an app server ends it by an error' }],
  // §4: of the account; the server's is what clients of today look for.
  features: { server: [NS.push], account: [NS.push] },
  iq: [...onOwnSet(`{${NS.push}}enable`, enable), ...onOwnSet(`{${NS.push}}disable`, disable)],
})

function enable(request: Stanza, context: OwnContext): Outcome | Promise<Outcome> {
  const service = readEnable(request.child('enable', NS.push)!)
  if (typeof service === 'string') return refuse(stanzaError(service))
  return change(context, (push) => push.enable(service))
}

function disable(request: Stanza, context: OwnContext): Outcome | Promise<Outcome> {
  const address = readAddress(request.child('disable', NS.push)!)
  if (typeof address === 'string') return refuse(stanzaError(address))
  // XEP-0357 §6: MUST NOT be told from now on, also while that isn't stored yet.
  context.user.push?.disable(address.jid, address.node)
  return change(context, (push) => push.disable(address.jid, address.node))
}

/** In the order of the user's chores, so that each change sees those before it. */
function change({ user, session, chore }: IqContext, apply: (push: UserPush) => void): Promise<Outcome> {
  return chore(async () => {
    const push = new UserPush(user.push?.services ?? [], user.push?.told ?? user.lastArchiveId)
    apply(push)
    if (push.registrations.length > SERVICES_MAX) return refuse(stanzaError('resource-constraint'))
    await storePushServices(session.db, user.jid, push.services)
    const present = user.push ?? push
    apply(present)
    user.push = present.registrations.length > 0 ? present : undefined
    return reply()
  })
}
