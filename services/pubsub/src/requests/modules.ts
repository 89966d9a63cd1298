import { defineModule, onGet, reply } from '@heliograph/module'
import { NS } from '@heliograph/stanza'
import { nodeArchive } from './archive-module.ts'
import { disco } from './disco.ts'
import type { NodeIq } from './node-iq.ts'
import { pubsubModule } from './pubsub-module.ts'

const ping = defineModule<NodeIq>({
  name: 'ping',
  xeps: [{ number: '0199', version: '2.0.1' }],
  features: { server: [NS.ping] },
  iq: [onGet('server', `{${NS.ping}}ping`, () => reply())],
})

/** All that the service and its nodes answer. */
export const pubsubModules = [disco, pubsubModule, nodeArchive, ping]
