import { defineModule, onGet, reply } from '@heliograph/module'
import { el, NS } from '@heliograph/stanza'
import type { IqContext } from './iq-context.ts'

/** XEP-0202: Entity Time. The server lives in UTC. */
export const time = defineModule<IqContext>({
  name: 'time',
  xeps: [{ number: '0202', version: '2.0' }],
  features: { server: [NS.time] },
  iq: [
    onGet('server', `{${NS.time}}time`, () =>
      reply(el('time', { xmlns: NS.time }, el('tzo', null, 'Z'), el('utc', null, new Date().toISOString()))),
    ),
  ],
})
