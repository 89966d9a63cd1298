import { MOST_RETENTION_DAYS, retainedDays } from '@heliograph/archive'
import type { BareJid } from '@heliograph/jid'
import type { Admin, Handlers } from '@heliograph/rpc'
import type { SessionContext } from '../context.ts'
import { isNoUser, userAddress } from './manage-users.ts'

/** How long the messages of a user's archive are kept: what the purge goes by, the next time that it passes. */
export function retentionRpc(context: SessionContext): Pick<Handlers<Admin>, 'setRetention' | 'getRetention'> {
  const { retention, config } = context
  return {
    setRetention: async ({ jid, days, configured }) => {
      const user = await existing(context, jid)
      if (isNoUser(user)) return { ok: false, condition: user }
      if (days > MOST_RETENTION_DAYS) return { ok: false, condition: 'not-acceptable' }
      await retention.set(user, 'given', configured ? null : days)
      return { ok: true, condition: '' }
    },
    getRetention: async ({ jid }) => {
      const user = await existing(context, jid)
      if (isNoUser(user)) return { ok: false, condition: user, days: 0, set: false, wished: 0 }
      const own = await retention.of(user)
      const days = retainedDays(config.archive.retention, user, own)
      return { ok: true, condition: '', days, set: own.given !== null, wished: own.wished ?? 0 }
    },
  }
}

async function existing(context: SessionContext, text: string): Promise<ReturnType<typeof userAddress>> {
  const user = userAddress(context, text)
  return isNoUser(user) || (await context.accounts.exists(user as BareJid)) ? user : 'item-not-found'
}
