import { defineModule, onSet } from '@heliograph/module'
import { NS } from '@heliograph/stanza'
import type { IqContext } from '../modules/iq-context.ts'
import { execute } from './execute.ts'

const COMMAND = `{${NS.commands}}command`

/** XEP-0050: Ad-Hoc Commands, with the forms they need and the service administration made of them. */
export const commandsModule = defineModule<IqContext>({
  name: 'commands',
  xeps: [
    { number: '0004', version: '2.13.2' },
    { number: '0050', version: '1.3.0' },
    { number: '0068', version: '1.3.0' },
    { number: '0122', version: '1.0.2' },
    {
      number: '0133',
      version: '1.3.1',
      note: 'without lists for the whole server, editing of administrators, restart and shutdown',
    },
  ],
  features: { server: [NS.commands, NS.dataForms, NS.dataValidate], account: [NS.commands] },
  iq: [
    onSet('server', COMMAND, (request, context) => execute('server', request, context)),
    onSet('account', COMMAND, (request, context) => execute('account', request, context)),
  ],
})
