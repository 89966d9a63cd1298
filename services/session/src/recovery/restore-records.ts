import type { SessionContext } from '../context.ts'

/** Shared state came back empty: the recovery copy of everything that lives here is written again. */
export async function restoreRecords(context: SessionContext, partition: number): Promise<void> {
  for (const user of context.users.inPartition(partition)) {
    for (const resource of user.resources) {
      context.records.changed(user, resource)
      if (resource.attachment === 'hibernating') context.records.replaceUnacked(user, resource)
    }
  }
  await context.records.flushed(partition)
}
