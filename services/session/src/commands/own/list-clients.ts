import { type FormField, formElement } from '@heliograph/stanza'
import { type Command, completed } from '../command.ts'
import { type ClientFacts, clientFacts, clientsOf } from './client-facts.ts'

const COLUMNS: readonly (readonly [keyof ClientFacts, string])[] = [
  ['client', 'Client'],
  ['state', 'State'],
  ['software', 'Software'],
  ['device', 'Device'],
  ['address', 'Address'],
  ['transport', 'Transport'],
  ['encrypted', 'Encrypted'],
  ['mechanism', 'Authenticated by'],
  ['since', 'Since'],
  ['token', 'May come back without password until'],
]

/** Which clients are logged in to one's account, or may come back to it by a token, in the manner of XEP-0494. */
export const listClients: Command = {
  node: 'list-clients',
  name: 'List my clients',
  at: ['server', 'account'],
  who: 'users',
  stages: [],
  async run({ session, user, resource }) {
    const reported: FormField[] = COLUMNS.map(([name, label]) => ({ var: name, label }))
    reported.push({ var: 'own', label: 'This client' })
    const items = (await clientsOf(session, user)).map((each) => {
      const facts = clientFacts(each)
      const fields: FormField[] = COLUMNS.map(([name]) => ({ var: name, values: [facts[name]] }))
      return [...fields, { var: 'own', values: [String(each.resource === resource)] }]
    })
    return completed(undefined, formElement({ type: 'result', title: 'My clients', fields: [], reported, items }))
  },
}
