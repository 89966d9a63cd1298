import { type Outcome, reply } from '@heliograph/module'
import { el, NS } from '@heliograph/stanza'
import { refusedReading } from '../access/rules.ts'
import type { NodeIq } from '../requests/node-iq.ts'
import type { Asker } from './asker.ts'

/** XEP-0163 §6: an account's clients that are there, and the nodes that the asker may read. */
export async function accountItems({ pubsub, service, from }: NodeIq, asker: Asker): Promise<Outcome> {
  const nodes = await pubsub.store.nodes.ofAccount(service, from)
  const readable = nodes.filter(({ config, affiliation }) => {
    const standing = asker.own
      ? ({ affiliation: 'owner', subscriptions: [] } as const)
      : { affiliation, subscriptions: [], subscriber: asker.subscriber, groups: asker.groups }
    return !refusedReading(config, standing)
  })
  return reply(
    el(
      'query',
      { xmlns: NS.discoItems },
      asker.resources.map((jid) => el('item', { jid })),
      readable.map(({ node, config }) =>
        el('item', { jid: service, node, name: config.title === '' ? undefined : config.title }),
      ),
    ),
  )
}
