import { type FormValues, stanzaError } from '@heliograph/stanza'
import { hasFullAccess } from '../../clients/full-access.ts'
import { type Asker, type Command, completed, type Result, refused, type StageForm } from '../command.ts'
import { clientLine, clientsOf, endOwnClient, type OwnClient } from './client-facts.ts'

/** Ends another client of one's account: its session, and the tokens by which it could come back. Who knows the password still can. */
export const endClient: Command = {
  node: 'end-client',
  name: 'End one of my clients',
  at: ['server', 'account'],
  who: 'users',
  stages: [choose, confirm],
  async run(asker, answers) {
    const chosen = await chosenIn(asker, answers)
    if (chosen === undefined) return gone
    if (!answers[1]?.boolean('confirm')) return completed('Nothing was done.')
    const { resource, token } = chosen
    await endOwnClient(asker.session, asker.user, chosen)
    const ended = [resource && 'session', token && 'token'].filter((each) => each !== undefined)
    return completed(
      `The client\u2019s ${ended.join(' and ')} was ended. If it has the password, change that to keep it from coming back.`,
    )
  },
}

const gone = refused(stanzaError('item-not-found', { text: 'that client is not there any more' }))

async function choose(asker: Asker): Promise<StageForm | Result> {
  if (!hasFullAccess(asker.resource))
    return refused(stanzaError('forbidden', { text: 'log in with the password first' }))
  const others = await othersOf(asker)
  if (others.length === 0) return completed('No other client is logged in, or may come back without the password.')
  const options = others.map((each) => ({ value: each.name, label: clientLine(each) }))
  return {
    title: 'End a client',
    fields: [{ var: 'client', type: 'list-single', label: 'Client', required: true, options }],
  }
}

async function confirm(asker: Asker, answers: readonly FormValues[]): Promise<StageForm | Result> {
  const chosen = await chosenIn(asker, answers)
  if (chosen === undefined) return gone
  return {
    title: 'End a client',
    fields: [
      { type: 'fixed', values: [clientLine(chosen)] },
      { var: 'confirm', type: 'boolean', label: 'End it', required: true, values: ['0'] },
    ],
  }
}

async function othersOf({ session, user, resource }: Asker): Promise<readonly OwnClient[]> {
  return (await clientsOf(session, user)).filter((each) => each.resource !== resource)
}

async function chosenIn(asker: Asker, answers: readonly FormValues[]): Promise<OwnClient | undefined> {
  const name = answers[0]?.text('client')
  return (await othersOf(asker)).find((each) => each.name === name)
}
