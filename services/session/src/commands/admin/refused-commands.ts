import { stanzaError } from '@heliograph/stanza'
import { type Command, refused } from '../command.ts'
import { adminCommand } from './admin-command.ts'

/** Why some of XEP-0133's commands aren't there. */
const REASONS = {
  'get-user-password': 'nobody knows passwords: only keys derived from them are kept',
  'edit-blacklist': 'there is no list for the whole server',
  'edit-whitelist': 'there is no list for the whole server',
  'edit-admin': 'administrators are named in the configuration: admins',
  restart: 'instances are restarted by what runs them, one after the other',
  shutdown: 'instances are stopped by what runs them, or drained by heliographctl',
}

/** Not listed; whoever may execute commands hears why (XEP-0133 §6: `feature-not-implemented`). */
export const refusedCommands: readonly Command[] = Object.entries(REASONS).map(([node, text]) =>
  adminCommand({
    node,
    name: node,
    stages: [],
    run: () => refused(stanzaError('feature-not-implemented', { text })),
  }),
)
