import { defineModule } from '@heliograph/module'

/** XEP-0114: Jabber Component Protocol, where the server accepts connections. */
export const externalComponents = defineModule({
  name: 'external-components',
  xeps: [{ number: '0114', version: '1.6' }],
})
