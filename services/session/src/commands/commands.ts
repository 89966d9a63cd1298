import type { Entity } from '@heliograph/module'
import type { Command } from './command.ts'
import { changeOwnPassword } from './own/change-own-password.ts'
import { endClient } from './own/end-client.ts'
import { listClients } from './own/list-clients.ts'

/** Every command, in the order in which clients list them. */
const commands: readonly Command[] = [listClients, endClient, changeOwnPassword]

const byNode = new Map(commands.map((command) => [command.node, command]))

export function commandsAt(entity: Entity): readonly Command[] {
  return commands.filter(({ at }) => at.includes(entity))
}

export function findCommand(entity: Entity, node: string): Command | undefined {
  const command = byNode.get(node)
  return command?.at.includes(entity) ? command : undefined
}
