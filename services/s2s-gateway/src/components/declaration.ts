import { defineModule } from '@heliograph/module'

/** XEP-0114: Jabber Component Protocol, where the server accepts connections. XEP-0356: what components may do in the name of users. */
export const externalComponents = defineModule({
  name: 'external-components',
  xeps: [
    { number: '0114', version: '1.6' },
    {
      number: '0225',
      version: '0.2',
      note: 'for components with `authentication: [sasl]`; hostnames without resources',
    },
    {
      number: '0356',
      version: '0.4.1',
      note: 'rosters without pushes, and messages; for components with `privileges`',
    },
  ],
})
