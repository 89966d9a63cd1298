import { defineModule } from '@heliograph/module'
import type { IqContext } from '../modules/iq-context.ts'

/** XEP-0352: Client State Indication. What it is about are elements of the stream, which edges read. */
export const clientStateModule = defineModule<IqContext>({
  name: 'client-state',
  xeps: [{ number: '0352', version: '1.0.0' }],
})
