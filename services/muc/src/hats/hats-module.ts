import { timingSafeEqual } from 'node:crypto'
import { defineModule, type Outcome, onSet, refuse, reply } from '@heliograph/module'
import {
  el,
  type Form,
  formElement,
  NS,
  readForm,
  type Stanza,
  type StanzaError,
  stanzaError,
} from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { type ItemIq, inRoom, type RoomIq } from '../iqs/room-iq.ts'
import { HAT_COMMANDS, type HatCommand } from './hat-commands.ts'
import { readFields } from './hat-fields.ts'

/** XEP-0317: Hats, by commands (XEP-0050) that rooms have. */
export const hats = defineModule<RoomIq>({
  name: 'hats',
  xeps: [{ number: '0317', version: '0.3.1' }],
  features: { item: [NS.mucHats, NS.commands] },
  iq: [onSet('item', `{${NS.commands}}command`, execute)],
})

/**
 * XEP-0050 §2.4. Each command has one step, so nothing is kept between form and submission: the id of a session shows by itself that it was
 * given to this client for this command, to whichever owner of the room it comes back.
 */
function execute(request: Stanza, iq: RoomIq): Outcome | Promise<Outcome> {
  const item = inRoom(iq)
  const element = request.child('command', NS.commands)!
  const { node, action = 'execute', sessionid } = element.attrs as Readonly<Record<string, string | undefined>>
  const command = HAT_COMMANDS.find((each) => each.node === node)
  if (command === undefined) return refuse(stanzaError('item-not-found'))
  if (!command.may(item)) return refuse(stanzaError('forbidden', { type: 'cancel' }))
  if (sessionid !== undefined && !isSession(item, command, sessionid)) return refuse(problem('bad-sessionid'))
  if (action === 'cancel' && sessionid !== undefined) return answer(item, command, 'canceled', { id: sessionid })
  if (action !== 'execute' && action !== 'complete') return refuse(problem('bad-action'))
  const fields = command.fields(item.room.about.hats)
  const x = element.getChild('x', NS.dataForms) as Element | undefined
  if (fields.length > 0 && x === undefined && sessionid === undefined) return offer(item, command)
  const form = x === undefined ? { type: 'submit' as const, fields: [] } : readForm(x)
  if (form === undefined) return refuse(problem('bad-payload'))
  const read = readFields(form, fields)
  if ('problem' in read) return refuse(problem('bad-payload', read.problem))
  return finish(item, command, { values: read.values, lang: element.attrs['xml:lang'] ?? request.lang, id: sessionid })
}

function offer(item: ItemIq, command: HatCommand): Outcome {
  const form: Form = {
    type: 'form',
    formType: NS.mucHatCommands,
    title: command.name,
    fields: command.fields(item.room.about.hats),
  }
  const content = [el('actions', { execute: 'complete' }, el('complete')), formElement(form)]
  return answer(item, command, 'executing', { content })
}

async function finish(
  item: ItemIq,
  command: HatCommand,
  { values, lang, id }: { values: Parameters<HatCommand['run']>[1]; lang: string | undefined; id: string | undefined },
): Promise<Outcome> {
  const result = await command.run(item, values, lang)
  if (result !== undefined && 'condition' in result) return refuse(result)
  if (result !== undefined && 'problem' in result) return refuse(problem('bad-payload', result.problem))
  return answer(item, command, 'completed', { id, content: result === undefined ? [] : [formElement(result)] })
}

function answer(
  item: ItemIq,
  command: HatCommand,
  status: string,
  { id, content = [] }: { readonly id?: string | undefined; readonly content?: readonly Element[] },
): Outcome {
  const attrs = { xmlns: NS.commands, node: command.node, sessionid: id ?? newSession(item, command), status }
  return reply(el('command', attrs, content))
}

/** XEP-0050 §4.7 */
function problem(name: 'bad-action' | 'bad-payload' | 'bad-sessionid', text?: string): StanzaError {
  return stanzaError('bad-request', { text, application: el(name, { xmlns: NS.commands }) })
}

function newSession(item: ItemIq, command: HatCommand): string {
  const nonce = Date.now().toString(36)
  return `${nonce}.${markOf(item, command, nonce)}`
}

function isSession(item: ItemIq, command: HatCommand, id: string): boolean {
  const at = id.indexOf('.')
  const [given, own] = [id.slice(at + 1), markOf(item, command, id.slice(0, at))].map((text) => Buffer.from(text))
  return given!.length === own!.length && timingSafeEqual(given!, own!)
}

function markOf({ muc, room, from }: ItemIq, command: HatCommand, nonce: string): string {
  return muc.occupantIds.commandMarkOf(room.jid, from, `${command.node}\0${nonce}`)
}
