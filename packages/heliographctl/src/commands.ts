import type { Command } from './command.ts'
import { drain, info, listInstances, listOwners } from './commands/cluster.ts'
import { listDomains } from './commands/domains.ts'
import { createInvite, listInvites, revokeInvite } from './commands/invites.ts'
import { reload } from './commands/reload.ts'
import { createRoom, destroyRoom, inspectRoom, listRooms, moveRoom } from './commands/rooms.ts'
import { kick, listSessions } from './commands/sessions.ts'
import { trace } from './commands/trace.ts'
import { createUser, deleteUser, disableUser, enableUser, listUsers, retention, setPassword } from './commands/users.ts'

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [
  createUser,
  setPassword,
  disableUser,
  enableUser,
  deleteUser,
  retention,
  listUsers,
  createInvite,
  listInvites,
  revokeInvite,
  listDomains,
  listSessions,
  kick,
  trace,
  listRooms,
  inspectRoom,
  createRoom,
  destroyRoom,
  moveRoom,
  listInstances,
  listOwners,
  info,
  reload,
  drain,
]

/** The command whose words begin the arguments, and what follows them. */
export function findCommand(words: readonly string[]): { command: Command; parameters: readonly string[] } | undefined {
  const command = commands.find(({ name }) => name.split(' ').every((word, at) => words[at] === word))
  return command && { command, parameters: words.slice(command.name.split(' ').length) }
}

export function usage(): string {
  const lines = commands.map(({ name, parameters, help }) => [[name, ...parameters].join(' '), help] as const)
  const width = Math.max(...lines.map(([words]) => words.length))
  return `usage: heliographctl [options] command

${lines.map(([words, help]) => `  ${words.padEnd(width)}  ${help}`).join('\n')}

options:
  --address HOST:PORT   gRPC address of any session instance. Default: HELIOGRAPHCTL_ADDRESS, else listen.rpc of the configuration.
  --config FILE         Configuration that has listen.rpc and tls.rpcMutual. Default: as the services do.
  --password-file FILE  File that holds the password; without it the password is read from standard input.
  --force               Take a password that the rules of the configuration (passwords) refuse.
  --bodies              Show the texts of messages, where telemetry.traceBodies allows it.
  --domain DOMAIN, --reason TEXT, --inviter JID, --days N
  --timeout SECONDS     Default 10.
  --json                Print JSON.

exit codes: 0 done, 1 refused or failed, 2 wrong arguments or configuration, 3 the server can't be reached.
`
}
