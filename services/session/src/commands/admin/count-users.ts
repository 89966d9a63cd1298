import { formElement, NS } from '@heliograph/stanza'
import { type Activity, onlineUsers } from '../../rpc/online-users.ts'
import { type Asker, type Command, completed, type Result } from '../command.ts'
import { adminCommand, asking, choice } from './admin-command.ts'

/** "None" in a form means as many as this. */
const MOST_LISTED = 1_000
const LIMITS = ['25', '50', '75', '100', '150', '200', 'none'].map((value) => ({ value, label: value }))

interface Found {
  readonly count: number
  readonly jids: readonly string[]
  /** Instances that didn't answer. */
  readonly missing: readonly string[]
}

/** How many there are of some sort, and the first of them. */
type Find = (asker: Asker, max: number) => Promise<Found>

const stored =
  (disabled: boolean | undefined): Find =>
  async ({ session, domain }, max) => {
    const count = await session.accounts.count(domain, disabled)
    const { accounts } = await session.accounts.list({
      domain,
      max: Math.max(max, 1),
      ...(disabled !== undefined && { disabled }),
    })
    return { count, jids: accounts.slice(0, max).map(({ jid }) => jid), missing: [] }
  }

const online =
  (activity: Activity): Find =>
  ({ session, domain }, max) =>
    onlineUsers(session, { domain, activity, max })

function counting(node: string, what: string, name: string, find: Find): Command {
  return adminCommand({
    node,
    name: `Get the number of ${what} users`,
    stages: [],
    async run(asker) {
      const found = await find(asker, 0)
      const fields = [{ var: name, label: `The number of ${what} users`, values: [String(found.count)] }]
      return told(found, formElement({ type: 'result', formType: NS.admin, fields }))
    },
  })
}

function listing(node: string, what: string, name: string, find: Find): Command {
  return adminCommand({
    node,
    name: `Get a list of ${what} users`,
    stages: [asking(`List of ${what} users`, choice('max_items', 'Most to show', LIMITS, '25'))],
    async run(asker, [form]) {
      const max = form?.number('max_items') ?? 25
      const found = await find(asker, Number.isNaN(max) ? MOST_LISTED : max)
      const label = `${found.jids.length} of ${found.count} ${what} users`
      // XEP-0004 §3.3: without a type it would be text-single, of which clients take one value.
      const fields = [{ var: name, type: 'jid-multi' as const, label, values: found.jids }]
      return told(found, formElement({ type: 'result', formType: NS.admin, fields }))
    },
  })
}

function told({ missing }: Found, form: ReturnType<typeof formElement>): Result {
  if (missing.length === 0) return completed(undefined, form)
  const text = `Without what ${missing.join(', ')} would say, which didn't answer.`
  return { kind: 'completed', note: { type: 'warn', text }, payload: [form] }
}

/** XEP-0133 §4.13 to §4.22, of the domain that is asked. */
export const countUsers: readonly Command[] = [
  counting('get-registered-users-num', 'registered', 'registeredusersnum', stored(undefined)),
  counting('get-disabled-users-num', 'disabled', 'disabledusersnum', stored(true)),
  counting('get-online-users-num', 'online', 'onlineusersnum', online('any')),
  counting('get-active-users-num', 'active', 'activeusersnum', online('active')),
  counting('get-idle-users-num', 'idle', 'idleusersnum', online('idle')),
  listing('get-registered-users-list', 'registered', 'registereduserjids', stored(undefined)),
  listing('get-disabled-users-list', 'disabled', 'disableduserjids', stored(true)),
  listing('get-online-users-list', 'online', 'onlineuserjids', online('any')),
  listing('get-active-users', 'active', 'activeuserjids', online('active')),
  listing('get-idle-users', 'idle', 'idleuserjids', online('idle')),
]
