import { defineModule } from '@heliograph/module'
import { NS } from '@heliograph/stanza'
import type { IqContext } from './iq-context.ts'

/** What the message and presence paths do by themselves, said in disco. */
export const messaging = defineModule<IqContext>({
  name: 'messaging',
  rfcs: [{ number: '6121', title: 'XMPP: Instant Messaging and Presence' }],
  xeps: [
    { number: '0082', version: '1.1.1' },
    { number: '0160', version: '1.0.1' },
    { number: '0198', version: '1.6.3' },
    { number: '0203', version: '2.0' },
    { number: '0297', version: '1.0' },
    { number: '0334', version: '1.0.0' },
    { number: '0359', version: '0.7.0' },
  ],
  features: {
    server: [NS.offlineFeature, NS.stanzaId],
    account: [NS.stanzaId],
  },
})
