import { defineModule } from '@heliograph/module'

/** What the fan-out does, said in the table of capabilities. */
export const presenceBroadcast = defineModule<undefined>({
  name: 'presence-broadcast',
  rfcs: [{ number: '6121', title: 'XMPP: Instant Messaging and Presence' }],
})
