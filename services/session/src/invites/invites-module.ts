import { defineModule } from '@heliograph/module'
import type { IqContext } from '../modules/iq-context.ts'

/** Invitations: the commands that make them, and what becomes of their tokens. Registration with one is at the edge. */
export const invitesModule = defineModule<IqContext>({
  name: 'invites',
  xeps: [
    { number: '0379', version: '0.3.3', note: 'tokens of the server, without a landing page' },
    { number: '0401', version: '0.6.0', note: 'without a landing page' },
  ],
})
