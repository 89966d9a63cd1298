import { prepareLocal } from '@heliograph/jid'
import type { AskQuestionReply, RegisterRequest } from '@heliograph/rpc'
import { el, formElement, iqResult, NS, readForm, Stanza, type StanzaCondition } from '@heliograph/stanza'
import type { Element, ParsedElement } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { closeStream } from '../stream/close.ts'
import { addressed, refuse, reply } from './replies.ts'

/** Registration before authentication (XEP-0077 §3.1): a username and a password, and the answer to a question where one is asked. */
export function handleRegistration(connection: Connection, parsed: ParsedElement): void {
  const request = Stanza.from(parsed)
  if (request?.id === undefined || parsed.children.length !== 1) {
    closeStream(connection, { condition: 'not-authorized' })
  } else if (request.type === 'get') present(connection, addressed(connection, request))
  else if (request.type === 'set') submit(connection, addressed(connection, request))
  else closeStream(connection, { condition: 'not-authorized' })
}

function present(connection: Connection, request: Stanza): void {
  const { edge, invite, domain } = connection
  if (!edge.config.asksQuestions || invite !== '') {
    reply(connection, iqResult(request, fields()))
    return
  }
  decide(connection, request, async () => {
    const { challenge, question } = await edge.accounts.askQuestion({ domain: domain! })
    const asked = challenge === '' ? [] : [questionForm(request, { challenge, question })]
    reply(connection, iqResult(request, fields(...asked)))
  })
}

function fields(...more: readonly Element[]): Element {
  const instructions = el('instructions', null, 'Choose a username and a password.')
  return el('query', { xmlns: NS.register }, instructions, el('username'), el('password'), more)
}

/** XEP-0158 §6. */
function questionForm(request: Stanza, { challenge, question }: AskQuestionReply): Element {
  return formElement({
    type: 'form',
    formType: NS.register,
    title: 'A new account',
    fields: [
      { var: 'challenge', type: 'hidden', values: [challenge] },
      { var: 'sid', type: 'hidden', values: [request.id ?? ''] },
      { var: 'username', type: 'text-single', label: 'Username', required: true },
      { var: 'password', type: 'text-private', label: 'Password', required: true },
      { var: 'qa', type: 'text-single', label: question, required: true },
    ],
  })
}

/** What was given, in a form or without one. */
function givenIn(request: Stanza): (name: string) => string {
  const query = request.child('query', NS.register)
  const x = query?.getChild('x', NS.dataForms) as Element | undefined
  const form = x && readForm(x)
  if (form === undefined) return (name) => query?.getChildText(name, NS.register) ?? ''
  return (name) => form.fields.find((field) => field.var === name)?.values?.[0] ?? ''
}

function submit(connection: Connection, request: Stanza): void {
  const given = givenIn(request)
  const [name, password] = [given('username'), given('password')]
  // XEP-0077 §3.1: all that the form asks for must be given, and not be empty.
  const username = prepareLocal(name)
  if (name === '' || password === '') refuse(connection, request, 'not-acceptable')
  else if (username === undefined) refuse(connection, request, 'jid-malformed')
  else create(connection, request, { username, password, challenge: given('challenge'), answer: given('qa') })
}

type Given = Pick<RegisterRequest, 'username' | 'password' | 'challenge' | 'answer'>

function create(connection: Connection, request: Stanza, given: Given): void {
  const { edge, domain, address: source, invite } = connection
  decide(connection, request, async () => {
    const { ok, condition, text } = await edge.accounts.register({ ...given, domain: domain!, source, invite })
    if (ok) {
      connection.invite = ''
      edge.events.registered(connection)
      reply(connection, iqResult(request))
    } else refuse(connection, request, condition as StanzaCondition, text)
  })
}

/** Nothing more is read until somebody who has the accounts has answered. */
function decide(connection: Connection, request: Stanza, ask: () => Promise<void>): void {
  connection.hold()
  ask()
    .catch((error: unknown) => {
      connection.edge.log.warn('accounts_unavailable', { conn: connection.number, error })
      refuse(connection, request, 'resource-constraint')
    })
    .finally(() => connection.release())
}
