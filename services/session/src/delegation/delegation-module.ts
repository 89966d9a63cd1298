import { DELEGATION } from '@heliograph/delegation'
import { defineModule } from '@heliograph/module'
import type { IqContext } from '../modules/iq-context.ts'

/** XEP-0355: what components answer in the place of the server and of accounts. */
export const delegationModule = defineModule<IqContext>({
  name: 'delegation',
  xeps: [{ number: '0355', version: '0.5', note: 'by configuration (admin mode); with a component for it' }],
  // §7.1
  features: { server: [DELEGATION] },
})
