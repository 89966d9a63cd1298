import { type Entity, type Outcome, refuse, reply } from '@heliograph/module'
import { el, NS, type Stanza, stanzaError } from '@heliograph/stanza'
import type { IqContext } from '../modules/iq-context.ts'
import { isPermitted } from './command.ts'
import { commandsAt, findCommand } from './commands.ts'
import { askerOf } from './execute.ts'

/** XEP-0050 §2.2: the commands that the asker may execute; undefined when the node is none of commands. */
export function commandItems(entity: Entity, node: string, request: Stanza, context: IqContext): Outcome | undefined {
  if (node !== NS.commands) return undefined
  const asker = askerOf(request, context)
  const permitted = asker ? commandsAt(entity).filter((command) => isPermitted(command, asker)) : []
  const jid = request.to ?? context.user.jid
  const items = permitted.map((command) => el('item', { jid, node: command.node, name: command.name }))
  return reply(el('query', { xmlns: NS.discoItems, node }, items))
}

/** XEP-0050 §2.1, §2.2: what the list of commands is, or one of them; undefined when the node is neither. */
export function commandInfo(entity: Entity, node: string, request: Stanza, context: IqContext): Outcome | undefined {
  if (node === NS.commands) {
    const identity = el('identity', { category: 'automation', type: 'command-list', name: 'Commands' })
    return reply(el('query', { xmlns: NS.discoInfo, node }, identity, feature(NS.commands)))
  }
  const command = findCommand(entity, node)
  if (command === undefined) return undefined
  const asker = askerOf(request, context)
  if (asker === undefined || !isPermitted(command, asker)) return refuse(stanzaError('forbidden', { type: 'cancel' }))
  const identity = el('identity', { category: 'automation', type: 'command-node', name: command.name })
  return reply(el('query', { xmlns: NS.discoInfo, node }, identity, feature(NS.commands), feature(NS.dataForms)))
}

function feature(name: string) {
  return el('feature', { var: name })
}
