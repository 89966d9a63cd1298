import type { Module } from '@heliograph/module'
import { archiveModule } from '../archive/archive-module.ts'
import type { SessionConfig } from '../config.ts'
import { rosterModule } from '../roster/roster-module.ts'
import { disco } from './disco.ts'
import type { IqContext } from './iq-context.ts'
import { lastActivity } from './last-activity.ts'
import { messaging } from './messaging.ts'
import { ping } from './ping.ts'
import { register } from './register.ts'
import { time } from './time.ts'
import { version } from './version.ts'

/** Everything the session service can answer and announce. */
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

/** What it answers and announces as it is configured. */
export function modulesFor({ archive }: SessionConfig): readonly Module<IqContext>[] {
  return archive.enabled ? sessionModules : sessionModules.filter((module) => module !== archiveModule)
}
