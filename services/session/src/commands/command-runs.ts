import { type FormValues, stanzaError } from '@heliograph/stanza'
import type { User } from '../users/user.ts'
import { beyondAuthority } from './administrators.ts'
import { type Asker, type Command, type Result, refused } from './command.ts'

/** Commands of one user that run at the same time. */
const MOST_AT_ONCE = 4
/** The fields that say whom a command is about. Nothing else of a form is logged: it may hold a password. */
const ABOUT = ['accountjid', 'accountjids']
const MOST_LOGGED = 20

/** Runs commands, a few of one user at a time; what administrators do is logged. */
export class CommandRuns {
  readonly #running = new WeakMap<User, number>()

  async run(asker: Asker, command: Command, answers: readonly FormValues[]): Promise<Result> {
    const { user } = asker
    const running = this.#running.get(user) ?? 0
    if (running >= MOST_AT_ONCE)
      return refused(stanzaError('resource-constraint', { text: 'too many commands at once' }))
    this.#running.set(user, running + 1)
    try {
      return await (command.who === 'users' ? command.run(asker, answers) : audited(asker, command, answers))
    } finally {
      this.#running.set(user, (this.#running.get(user) ?? 1) - 1)
    }
  }
}

async function audited(asker: Asker, command: Command, answers: readonly FormValues[]): Promise<Result> {
  const { session, user, resource } = asker
  const addresses = answers.flatMap((values) => ABOUT.flatMap((name) => values.list(name) ?? []))
  const about = addresses.slice(0, MOST_LOGGED)
  const { address } = resource.origin
  const entry = { jid: user.jid, resource: resource.name, address, command: command.node, about }
  try {
    const beyond = beyondAuthority(asker, addresses)
    const result = beyond === undefined ? await command.run(asker, answers) : refused(beyond)
    session.log.info('command_executed', { ...entry, outcome: outcomeOf(result) })
    return result
  } catch (error) {
    session.log.error('command_failed', { ...entry, error })
    throw error
  }
}

function outcomeOf(result: Result): string {
  if (result.kind === 'refused') return result.error.condition
  return result.note?.type === 'error' ? result.note.text : 'completed'
}
