import { bareOf, domainOf, trusted } from '@heliograph/jid'
import { type Entity, type Outcome, refuse, reply } from '@heliograph/module'
import { checkForm, el, formElement, NS, readForm, type Stanza, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { IqContext } from '../modules/iq-context.ts'
import { type Asker, type Command, isPermitted, type Result, type StageForm } from './command.ts'
import { commandError } from './command-errors.ts'
import type { CommandSession } from './command-sessions.ts'
import { findCommand } from './commands.ts'

const ACTIONS: ReadonlySet<string> = new Set(['cancel', 'complete', 'execute', 'next', 'prev'])
const LANGUAGE = /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/
/** What a submitted form may say in all, in characters. */
const MOST_SUBMITTED = 32_768

/** Who asks, if that is a client of the user who may execute commands here. */
export function askerOf(request: Stanza, { session, user, resource }: IqContext): Asker | undefined {
  if (resource === undefined || bareOf(trusted(request.from!)) !== user.jid) return undefined
  return { session, user, resource, domain: domainOf(trusted(request.to ?? user.jid)) }
}

/** XEP-0050 §2.4: a request to execute a command, or to go on with one. */
export function execute(entity: Entity, request: Stanza, context: IqContext): Outcome | Promise<Outcome> {
  const element = request.child('command', NS.commands)!
  const { node = '', action = 'execute', sessionid } = element.attrs as Readonly<Record<string, string | undefined>>
  const asker = askerOf(request, context)
  const command = findCommand(entity, node)
  if (command === undefined) return refuse(stanzaError('item-not-found'))
  if (asker === undefined || !isPermitted(command, asker)) return refuse(stanzaError('forbidden', { type: 'cancel' }))
  if (!ACTIONS.has(action)) return refuse(commandError('malformed-action', 'there is no such action'))
  // §4.6: answers are in English, whatever language is asked for.
  const language = element.attrs['xml:lang'] ?? request.lang ?? 'en'
  if (!LANGUAGE.test(language)) return refuse(commandError('bad-locale', 'not a language'))
  if (sessionid === undefined) return begin(asker, command, action)
  return proceed(asker, command, { id: sessionid, action, element })
}

function begin(asker: Asker, command: Command, action: string): Outcome | Promise<Outcome> {
  if (action !== 'execute') return refuse(commandError('bad-action', 'there is no session yet'))
  const { commands } = asker.session
  if (command.stages.length === 0) return finish(asker, command, commands.newId(asker.resource, command), [])
  return present(asker, commands.open(asker.resource, command))
}

interface Step {
  readonly id: string
  readonly action: string
  readonly element: Element
}

function proceed(asker: Asker, command: Command, { id, action, element }: Step): Outcome | Promise<Outcome> {
  const { commands } = asker.session
  const session = commands.find(asker.resource, id)
  if (session?.command !== command) {
    return commands.wasGiven(asker.resource, command, id)
      ? refuse(commandError('session-expired', 'the command is over: execute it again'))
      : refuse(commandError('bad-sessionid', 'there is no such session of this command'))
  }
  if (action === 'cancel') {
    commands.end(asker.resource, session)
    return reply(commandElement(session, 'canceled'))
  }
  if (session.busy) return refuse(commandError('bad-action', 'the last step is not over yet'))
  if (action === 'prev') {
    if (session.answers.length === 0) return refuse(commandError('bad-action', 'this is the first step'))
    session.answers.pop()
    return present(asker, session)
  }
  return submit(asker, session, action, element)
}

function submit(asker: Asker, session: CommandSession, action: string, element: Element): Outcome | Promise<Outcome> {
  const last = session.answers.length + 1 >= session.command.stages.length
  // §3.4: what `execute` stands for is said in the answer before.
  if (action !== 'execute' && action !== (last ? 'complete' : 'next'))
    return refuse(commandError('bad-action', `this step can only be ${last ? 'completed' : 'left with next'}`))
  const checked = checkPayload(session.offered!, element)
  if ('problem' in checked) return refuse(commandError('bad-payload', checked.problem))
  session.answers.push(checked.values)
  if (!last) return present(asker, session)
  // Once: a repetition finds the session over.
  asker.session.commands.end(asker.resource, session)
  return finish(asker, session.command, session.id, session.answers)
}

function checkPayload(offered: StageForm, element: Element): ReturnType<typeof checkForm> {
  const x = element.getChild('x', NS.dataForms) as Element | undefined
  const form = x && readForm(x)
  if (form === undefined) return { problem: 'a form is needed' }
  let length = 0
  for (const { values = [] } of form.fields) for (const value of values) length += value.length + 1
  if (length > MOST_SUBMITTED) return { problem: 'the form says too much' }
  // §3.4.1: whatever type is submitted counts as `submit`. Not every client repeats FORM_TYPE.
  return checkForm({ ...form, type: 'submit', formType: form.formType ?? offered.formType }, offered)
}

/** Answers with the form of the stage that comes now. */
async function present(asker: Asker, session: CommandSession): Promise<Outcome> {
  const { command, answers } = session
  session.busy = true
  try {
    const form = await command.stages[answers.length]!(asker, answers)
    if (form.kind === 'completed' || form.kind === 'refused') {
      asker.session.commands.end(asker.resource, session)
      return outcome(command, session.id, form)
    }
    session.offered = form
    return reply(commandElement(session, 'executing', [actions(session), formElement({ ...form, type: 'form' })]))
  } finally {
    session.busy = false
  }
}

/** §3.4: which actions the next request may have; `cancel` always. */
function actions({ command, answers }: CommandSession): Element {
  const forward = answers.length + 1 < command.stages.length ? 'next' : 'complete'
  return el('actions', { execute: forward }, answers.length > 0 && el('prev'), el(forward))
}

async function finish(
  asker: Asker,
  command: Command,
  id: string,
  answers: CommandSession['answers'],
): Promise<Outcome> {
  return outcome(command, id, await asker.session.commandRuns.run(asker, command, answers))
}

function outcome(command: Command, id: string, result: Result): Outcome {
  if (result.kind === 'refused') return refuse(result.error)
  const { note, payload = [] } = result
  const told = note && el('note', { type: note.type }, note.text)
  return reply(commandElement({ command, id }, 'completed', [...(told ? [told] : []), ...payload]))
}

function commandElement(
  { command, id }: Pick<CommandSession, 'command' | 'id'>,
  status: 'canceled' | 'completed' | 'executing',
  content: readonly Element[] = [],
): Element {
  const { node } = command
  return el('command', { xmlns: NS.commands, node, sessionid: id, status, 'xml:lang': 'en' }, content)
}
