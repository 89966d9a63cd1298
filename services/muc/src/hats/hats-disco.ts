import { type Outcome, refuse, reply } from '@heliograph/module'
import { el, NS, stanzaError } from '@heliograph/stanza'
import type { ItemIq } from '../iqs/room-iq.ts'
import { HAT_COMMANDS } from './hat-commands.ts'

/** XEP-0050 §2.2: the commands of a room that who asks may execute. */
export function hatCommandItems(item: ItemIq): Outcome {
  const { jid } = item.room
  const items = HAT_COMMANDS.filter((command) => command.may(item)).map(({ node, name }) =>
    el('item', { jid, node, name }),
  )
  return reply(el('query', { xmlns: NS.discoItems, node: NS.commands }, items))
}

/** XEP-0050 §2.1, §2.2: what the list of commands is, or one of them; undefined when the node is neither. */
export function hatCommandInfo(item: ItemIq, node: string): Outcome | undefined {
  if (node === NS.commands) return infoOf(node, { type: 'command-list', name: 'Commands' }, [NS.commands])
  const command = HAT_COMMANDS.find((each) => each.node === node)
  if (command === undefined) return undefined
  if (!command.may(item)) return refuse(stanzaError('forbidden', { type: 'cancel' }))
  return infoOf(node, { type: 'command-node', name: command.name }, [NS.commands, NS.dataForms])
}

function infoOf(node: string, identity: { type: string; name: string }, features: readonly string[]): Outcome {
  return reply(
    el(
      'query',
      { xmlns: NS.discoInfo, node },
      el('identity', { category: 'automation', ...identity }),
      features.map((feature) => el('feature', { var: feature })),
    ),
  )
}
