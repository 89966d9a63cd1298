import type { BareJid } from '@heliograph/jid'
import type { SessionContext } from '../context.ts'

/** Whether an account of that name can't be promised to anybody: there is one, or somebody is invited to make it. */
export async function isGone({ accounts, invites }: SessionContext, account: BareJid): Promise<boolean> {
  return (await accounts.exists(account)) || invites.isPromised(account, '')
}
