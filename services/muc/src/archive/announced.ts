import { NS } from '@heliograph/stanza'
import type { MucContext } from '../context.ts'
import type { RoomConfig } from '../forms/room-config.ts'
import { hasArchive, roomArchiveModule, roomSearchModule } from './archive-module.ts'
import { moderation } from './moderation-module.ts'
import { roomRetraction } from './retraction.ts'

const OF_ARCHIVES = new Set(
  [roomArchiveModule, roomSearchModule, roomRetraction, moderation].flatMap(({ features }) => features.item ?? []),
)
const OF_SEARCH = new Set(roomSearchModule.features.item)

/** What all rooms can do, but for what needs an archive or subscribers where a room has none, and questions where there are none. */
export function announced(
  context: Pick<MucContext, 'config' | 'modules' | 'challenges'>,
  { logged, subscriptions }: Pick<RoomConfig, 'logged' | 'subscriptions'>,
): readonly string[] {
  const all = context.modules.features('item')
  const features = all.filter(
    (feature) => (feature !== NS.captcha || context.challenges.areAsked) && (feature !== NS.mucSub || subscriptions),
  )
  if (!hasArchive(context, logged)) return features.filter((feature) => !OF_ARCHIVES.has(feature))
  return context.config.archive.search ? features : features.filter((feature) => !OF_SEARCH.has(feature))
}
