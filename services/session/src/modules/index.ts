import type { Module } from '@heliograph/module'
import { anonymousUsers } from '../anonymous/anonymous-module.ts'
import { archiveModule } from '../archive/archive-module.ts'
import { archivePreferences } from '../archive/preferences-module.ts'
import { retraction } from '../archive/retraction.ts'
import { archiveSearch } from '../archive/search-module.ts'
import { blockingModule } from '../blocking/blocking-module.ts'
import { capabilities } from '../capabilities/capabilities-module.ts'
import { carbonsModule } from '../carbons/carbons-module.ts'
import { clientStateModule } from '../client-state/client-state-module.ts'
import { clientAccess } from '../clients/access-module.ts'
import { commandsModule } from '../commands/commands-module.ts'
import type { SessionConfig } from '../config.ts'
import { delegationModule } from '../delegation/delegation-module.ts'
import { invitesModule } from '../invites/invites-module.ts'
import { multicastService } from '../multicast/multicast-module.ts'
import { pep } from '../pep/pep-module.ts'
import { privateStorage } from '../profile/private-storage.ts'
import { searchModule } from '../profile/search-module.ts'
import { vcardModule } from '../profile/vcard-module.ts'
import { pushModule } from '../push/push-module.ts'
import { rosterModule } from '../roster/roster-module.ts'
import { upload } from '../uploads/upload-module.ts'
import { disco } from './disco.ts'
import { externalServices } from './external-services.ts'
import type { IqContext } from './iq-context.ts'
import { lastActivity } from './last-activity.ts'
import { messaging } from './messaging.ts'
import { ping } from './ping.ts'
import { register } from './register.ts'
import { contactAddresses } from './server-forms.ts'
import { time } from './time.ts'
import { version } from './version.ts'

/** Everything the session service can answer and announce. */
export const sessionModules: readonly Module<IqContext>[] = [
  disco,
  ping,
  clientStateModule,
  version,
  time,
  lastActivity,
  register,
  rosterModule,
  archiveModule,
  archivePreferences,
  archiveSearch,
  retraction,
  messaging,
  multicastService,
  commandsModule,
  clientAccess,
  externalServices,
  carbonsModule,
  blockingModule,
  capabilities,
  privateStorage,
  vcardModule,
  searchModule,
  contactAddresses,
  upload,
  pushModule,
  anonymousUsers,
  invitesModule,
  pep,
  delegationModule,
]

/** What it answers and announces as it is configured. */
export function modulesFor(
  config: SessionConfig,
  { uploads }: { readonly uploads: boolean },
): readonly Module<IqContext>[] {
  const without = new Set<Module<IqContext>>()
  if (!config.archive.enabled)
    for (const each of [archiveModule, archivePreferences, archiveSearch, retraction]) without.add(each)
  if (!config.archive.search) without.add(archiveSearch)
  if (config.externalServices.services.length === 0) without.add(externalServices)
  if (config.userSearch === 'off') without.add(searchModule)
  if (![...config.policies.values()].some(({ anonymous }) => anonymous !== undefined)) without.add(anonymousUsers)
  if (!config.multicast.enabled) without.add(multicastService)
  if (config.delegations.size === 0) without.add(delegationModule)
  if (!uploads) without.add(upload)
  return sessionModules.filter((module) => !without.has(module))
}
