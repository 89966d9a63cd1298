import type { BareJid } from '@heliograph/jid'
import { eraseBlockList } from '../blocking/block-store.ts'
import { eraseReports } from '../blocking/report.ts'
import type { SessionContext } from '../context.ts'
import { eraseNodes } from '../pep/erase-nodes.ts'
import { erasePrivate } from '../profile/private-store.ts'
import { eraseVCard } from '../profile/vcard-store.ts'
import { erasePushServices } from '../push/push-store.ts'

/** Removes all that is stored of a user whose account is gone. */
export async function eraseUser(context: SessionContext, jid: BareJid): Promise<void> {
  await eraseNodes(context, jid)
  await context.rosters.erase(jid)
  await context.archive.erase(jid)
  await context.retention.erase(jid)
  await context.lastActivity.erase(jid)
  await context.standing.erase(jid)
  await eraseBlockList(context.db, jid)
  await eraseReports(context.db, jid)
  await erasePrivate(context.db, jid)
  await eraseVCard(context.db, jid)
  await context.uploads.endAll(jid)
  await erasePushServices(context.db, jid)
  await context.invites.store.erase(jid)
}
