import { defineModule } from '@heliograph/module'
import type { IqContext } from '../modules/iq-context.ts'

/** XEP-0175: Best Practices for Use of SASL ANONYMOUS. What its users may not is in `restrict.ts`. */
export const anonymousUsers = defineModule<IqContext>({
  name: 'anonymous-users',
  xeps: [{ number: '0175', version: '1.2', note: 'on domains that are for them: `domains` `anonymous`' }],
})
