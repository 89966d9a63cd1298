import { archiveMigrations } from '@heliograph/archive'
import { blockListMigrations } from '@heliograph/block-lists'
import type { Migration } from '@heliograph/database'
import { rosterMigrations } from '@heliograph/roster'
import { accountMigrations } from './accounts/migrations.ts'
import { preferencesMigrations } from './archive/migrations.ts'
import { blockingMigrations } from './blocking/block-store.ts'
import { capabilityMigrations } from './capabilities/capability-store.ts'
import { inviteMigrations } from './invites/invite-store.ts'
import { profileMigrations } from './profile/migrations.ts'
import { pushMigrations } from './push/push-store.ts'
import { standingMigrations } from './standing/standing-messages.ts'
import { uploadMigrations } from './uploads/migrations.ts'
import { lastActivityMigrations } from './users/last-activity.ts'

/** The tables of the session service. */
export const sessionMigrations: readonly Migration[] = [
  ...accountMigrations,
  ...rosterMigrations,
  ...archiveMigrations,
  ...preferencesMigrations,
  ...lastActivityMigrations,
  ...standingMigrations,
  ...blockingMigrations,
  ...blockListMigrations,
  ...capabilityMigrations,
  ...profileMigrations,
  ...uploadMigrations,
  ...pushMigrations,
  ...inviteMigrations,
]
