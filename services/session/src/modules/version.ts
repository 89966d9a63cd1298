import { defineModule, onGet, reply } from '@heliograph/module'
import { el, NS } from '@heliograph/stanza'
import type { IqContext } from './iq-context.ts'

/** XEP-0092: Software Version. The operating system is nobody's business. */
export const version = defineModule<IqContext>({
  name: 'version',
  xeps: [{ number: '0092', version: '1.1' }],
  features: { server: [NS.version] },
  iq: [
    onGet('server', `{${NS.version}}query`, (_request, { session }) =>
      reply(el('query', { xmlns: NS.version }, el('name', null, 'Heliograph'), el('version', null, session.version))),
    ),
  ],
})
