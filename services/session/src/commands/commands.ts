import type { Entity } from '@heliograph/module'
import { inviteCommands } from '../invites/invite-commands.ts'
import { announcements } from './admin/announcements.ts'
import { countUsers } from './admin/count-users.ts'
import { inspectUsers } from './admin/inspect-users.ts'
import { manageAccounts } from './admin/manage-accounts.ts'
import { refusedCommands } from './admin/refused-commands.ts'
import type { Command } from './command.ts'
import { changeOwnPassword } from './own/change-own-password.ts'
import { configureArchive } from './own/configure-archive.ts'
import { endClient } from './own/end-client.ts'
import { listClients } from './own/list-clients.ts'

/** Every command, in the order in which clients list them. */
const commands: readonly Command[] = [
  listClients,
  endClient,
  changeOwnPassword,
  configureArchive,
  ...inviteCommands,
  ...manageAccounts,
  ...inspectUsers,
  ...countUsers,
  ...announcements,
]

const byNode = new Map([...commands, ...refusedCommands].map((command) => [command.node, command]))

export function commandsAt(entity: Entity): readonly Command[] {
  return commands.filter(({ at }) => at.includes(entity))
}

export function findCommand(entity: Entity, node: string): Command | undefined {
  const command = byNode.get(node)
  return command?.at.includes(entity) ? command : undefined
}
