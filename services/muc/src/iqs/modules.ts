import { defineModule, onGet, reply } from '@heliograph/module'
import { NS } from '@heliograph/stanza'
import { administration } from '../administration/admin-module.ts'
import { ownership } from '../administration/owner-module.ts'
import { roomArchiveModule, roomSearchModule } from '../archive/archive-module.ts'
import { moderation } from '../archive/moderation-module.ts'
import { roomRetraction } from '../archive/retraction.ts'
import { captcha } from '../entering/captcha-module.ts'
import { hats } from '../hats/hats-module.ts'
import { roomVcard } from '../profile/vcard-module.ts'
import { registration } from '../registration/registration-module.ts'
import { channelSearch } from '../search/channel-search-module.ts'
import { subscriptions } from '../subscriptions/subscription-module.ts'
import { disco } from './disco.ts'
import type { RoomIq } from './room-iq.ts'

/** XEP-0045: what rooms do beyond the IQs that other modules answer. */
const rooms = defineModule<RoomIq>({
  name: 'rooms',
  xeps: [{ number: '0045', version: '1.35.5' }],
  features: { server: [NS.muc], item: [NS.muc, NS.mucStable, NS.stanzaId] },
})

/** XEP-0249: the invitations themselves go from user to user. */
const directInvitations = defineModule<RoomIq>({
  name: 'direct-invitations',
  xeps: [{ number: '0249', version: '1.2' }],
  features: { item: [NS.conference] },
})

/** XEP-0410: who pings himself by his nick is answered by the room. */
const selfPing = defineModule<RoomIq>({
  name: 'self-ping',
  xeps: [{ number: '0410', version: '1.1.0' }],
  features: { item: [NS.mucSelfPing] },
})

const occupantIds = defineModule<RoomIq>({
  name: 'occupant-ids',
  xeps: [{ number: '0421', version: '1.0.1' }],
  features: { item: [NS.occupantId] },
})

const ping = defineModule<RoomIq>({
  name: 'ping',
  xeps: [{ number: '0199', version: '2.0.1' }],
  features: { server: [NS.ping], item: [NS.ping] },
  iq: [onGet('server', `{${NS.ping}}ping`, () => reply()), onGet('item', `{${NS.ping}}ping`, () => reply())],
})

/** All that the service and its rooms answer. */
export const roomModules = [
  disco,
  rooms,
  ownership,
  administration,
  registration,
  subscriptions,
  captcha,
  roomVcard,
  roomArchiveModule,
  roomSearchModule,
  roomRetraction,
  moderation,
  hats,
  channelSearch,
  directInvitations,
  selfPing,
  occupantIds,
  ping,
]
