import { defineModule } from '@heliograph/module'
import { NS } from '@heliograph/stanza'
import type { IqContext } from '../modules/iq-context.ts'

/** Entity capabilities: the server's own in the stream features and under their disco#info nodes, clients' verified and remembered. */
export const capabilities = defineModule<IqContext>({
  name: 'capabilities',
  xeps: [
    { number: '0115', version: '1.6.0', note: 'no caps optimization' },
    { number: '0390', version: '0.3.2', note: 'no gratuitous capabilities' },
  ],
  features: { server: [NS.caps, NS.caps2], account: [NS.caps, NS.caps2] },
})
