import { defineModule } from '@heliograph/module'
import { NS } from '@heliograph/stanza'
import type { IqContext } from '../modules/iq-context.ts'

/** XEP-0431: Full Text Search in MAM: one more field of the archive's form. */
export const archiveSearch = defineModule<IqContext>({
  name: 'archive-search',
  xeps: [{ number: '0431', version: '0.2.0' }],
  features: { account: [NS.fullText] },
})
