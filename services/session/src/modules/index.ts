import type { Module } from '@heliograph/module'
import { archiveModule } from '../archive/archive-module.ts'
import { rosterModule } from '../roster/roster-module.ts'
import { disco } from './disco.ts'
import type { IqContext } from './iq-context.ts'
import { lastActivity } from './last-activity.ts'
import { messaging } from './messaging.ts'
import { ping } from './ping.ts'
import { register } from './register.ts'
import { time } from './time.ts'
import { version } from './version.ts'

/** Everything the session service answers and announces. */
export const sessionModules: readonly Module<IqContext>[] = [
  disco,
  ping,
  version,
  time,
  lastActivity,
  register,
  rosterModule,
  archiveModule,
  messaging,
]
