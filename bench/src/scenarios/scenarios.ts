import { ArchivePageLoad } from './archive-page.ts'
import { ChatLoad } from './chat.ts'
import { IdleLoad } from './idle.ts'
import type { Job, Load } from './load.ts'
import { LoginLoad } from './login.ts'
import { PresenceLoad } from './presence.ts'
import { PubsubLoad } from './pubsub.ts'
import { RoomsLoad } from './rooms.ts'

/** Every kind of load by name. A new one is a file with a class that implements Load and a line here. */
export const SCENARIOS: Readonly<Record<string, new (job: Job) => Load>> = {
  'archive-page': ArchivePageLoad,
  chat: ChatLoad,
  idle: IdleLoad,
  login: LoginLoad,
  presence: PresenceLoad,
  pubsub: PubsubLoad,
  rooms: RoomsLoad,
}
