import { type FormValues, stanzaError } from '@heliograph/stanza'
import { endSession } from '../../users/end-session.ts'
import type { Resource } from '../../users/resource.ts'
import { type Asker, type Command, completed, type Result, refused, type StageForm } from '../command.ts'
import { clientLine } from './client-facts.ts'

/** Ends the session of another client of one's account. Who knows the password can log in again. */
export const endClient: Command = {
  node: 'end-client',
  name: 'End one of my clients',
  at: ['server', 'account'],
  who: 'users',
  stages: [choose, confirm],
  run(asker, answers) {
    const chosen = chosenIn(asker, answers)
    if (chosen === undefined) return gone
    if (!answers[1]?.boolean('confirm')) return completed('Nothing was done.')
    const reason = { condition: 'policy-violation', text: 'ended by another client of the account' }
    endSession(asker.session, asker.user, chosen, reason)
    return completed('The session was ended. Change your password to keep the client from coming back.')
  },
}

const gone = refused(stanzaError('item-not-found', { text: 'that client is not there any more' }))

function choose({ user, resource }: Asker): StageForm | Result {
  const others = user.resources.filter((each) => each !== resource)
  if (others.length === 0) return completed('No other client is logged in.')
  const options = others.map((each) => ({ value: each.name, label: clientLine(each) }))
  return {
    title: 'End a client',
    fields: [{ var: 'client', type: 'list-single', label: 'Client', required: true, options }],
  }
}

function confirm(asker: Asker, answers: readonly FormValues[]): StageForm | Result {
  const chosen = chosenIn(asker, answers)
  if (chosen === undefined) return gone
  return {
    title: 'End a client',
    fields: [
      { type: 'fixed', values: [clientLine(chosen)] },
      { var: 'confirm', type: 'boolean', label: 'End it', required: true, values: ['0'] },
    ],
  }
}

function chosenIn({ user, resource }: Asker, answers: readonly FormValues[]): Resource | undefined {
  const name = answers[0]?.text('client')
  return user.resources.find((each) => each.name === name && each !== resource)
}
