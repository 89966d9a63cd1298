import { defineModule } from '@heliograph/module'

/** What speaks with other servers, where that is configured. */
export const federationModule = defineModule<undefined>({
  name: 'federation',
  xeps: [
    { number: '0178', version: '1.2', note: 'between servers' },
    { number: '0185', version: '1.0' },
    { number: '0198', version: '1.6.3' },
    { number: '0220', version: '1.1.1' },
    { number: '0288', version: '1.0.1' },
  ],
})
