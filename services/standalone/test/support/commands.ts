import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { errorOf } from './actor.ts'

const NS_COMMANDS = 'http://jabber.org/protocol/commands'
const NS_ITEMS = 'http://jabber.org/protocol/disco#items'
export const NS_FORMS = 'jabber:x:data'

export interface CommandStep {
  readonly node: string
  readonly action?: string
  readonly sessionid?: string | undefined
  /** Of a form that is submitted. */
  readonly fields?: Readonly<Record<string, string | readonly string[]>>
  readonly formType?: string
  readonly to?: string
  readonly lang?: string
}

/** Sends one request of a command; resolves the answer, whatever it is. */
export function commandStep(client: RawClient, step: CommandStep): Promise<Element> {
  const { node, action, sessionid, to, lang } = step
  const attributes = Object.entries({ node, action, sessionid, 'xml:lang': lang })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}='${value}'`)
  const address = to === undefined ? '' : ` to='${to}'`
  const id = `cmd-${randomBytes(4).toString('hex')}`
  return client.request(
    `<iq type='set' id='${id}'${address}><command xmlns='${NS_COMMANDS}'${attributes.join('')}>${formXml(step)}</command></iq>`,
  )
}

function formXml({ fields, formType }: CommandStep): string {
  if (fields === undefined) return ''
  const all = { ...(formType === undefined ? {} : { FORM_TYPE: formType }), ...fields }
  const xml = Object.entries(all).map(([name, value]) => {
    const values = (typeof value === 'string' ? [value] : value).map((each) => `<value>${each}</value>`)
    return `<field var='${name}'>${values.join('')}</field>`
  })
  return `<x xmlns='${NS_FORMS}' type='submit'>${xml.join('')}</x>`
}

/** The `<command/>` of an answer. */
export function commandOf(answer: Element): Element {
  const command = answer.getChild('command', NS_COMMANDS) as Element | undefined
  assert.ok(command && answer.attrs.type === 'result', String(answer))
  return command
}

export const noteOf = (command: Element): string => command.getChildText('note') ?? ''

/** `type/condition/application` of an error. */
export function commandErrorOf(answer: Element): string | undefined {
  const application = answer
    .getChild('error')
    ?.children.find((child): child is Element => typeof child !== 'string' && child.attrs.xmlns === NS_COMMANDS)
  return application ? `${errorOf(answer)}/${application.name}` : errorOf(answer)
}

/** A command of one form from its beginning to its end; resolves the last answer. */
export async function perform(client: RawClient, step: CommandStep): Promise<Element> {
  const { fields, ...first } = step
  const opened = await commandStep(client, first)
  if (opened.attrs.type === 'error' || fields === undefined) return opened
  const sessionid = commandOf(opened).attrs.sessionid
  return commandStep(client, { ...step, sessionid, action: 'complete' })
}

/** Values of the fields of a form in a command, by name. */
export function valuesOf(command: Element): Record<string, string[]> {
  const fields = (command.getChild('x', NS_FORMS)?.getChildren('field') ?? []) as Element[]
  return Object.fromEntries(
    fields.map((field) => [field.attrs.var ?? '', field.getChildren('value').map((value) => value.getText())]),
  )
}

/** Nodes of the commands that the client is offered. */
export async function commandsOffered(client: RawClient, to?: string): Promise<string[]> {
  const address = to === undefined ? '' : ` to='${to}'`
  const id = `items-${randomBytes(4).toString('hex')}`
  const query = `<query xmlns='${NS_ITEMS}' node='${NS_COMMANDS}'/>`
  const answer = await client.request(`<iq type='get' id='${id}'${address}>${query}</iq>`)
  const items = (answer.getChild('query')?.getChildren('item') ?? []) as Element[]
  return items.map((item) => item.attrs.node ?? '')
}
