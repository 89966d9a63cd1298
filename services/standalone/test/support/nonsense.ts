import type { Entity, IqHandler, Module } from '@heliograph/module'
import { services } from '../../src/services.ts'

const FORMS = 'jabber:x:data'
const RSM = 'http://jabber.org/protocol/rsm'
const LONG = 'ab '.repeat(10_000)

/** Attributes that requests have, none of them with a value that one could have. */
const ATTRIBUTES =
  "jid='@' node='' id='' token='?' action='?' sessionid='?' status='?' queryid='' ver='?' size='-1' filename='' content-type='?' type='?' name='' subid='?' by='@' mam='?' default='?' xml:lang=''"

const field = (name: string, value: string) => `<field var='${name}'><value>${value}</value></field>`
const form = (type: string, inside: string) => `<x xmlns='${FORMS}' type='${type}'>${inside}</x>`

/** What is inside a request that makes no sense, whatever it asks for. */
const INSIDES: readonly string[] = [
  '',
  'text where elements belong',
  `<${'e/><'.repeat(300)}e/>`,
  '<item/><item/><item jid="@" affiliation="?" role="?" nick=""/><list/><remove/><username/><password/><token/>',
  `<items/><items node=''/><publish><item/></publish><subscribe jid='@'/><create/><configure/><affiliations/>`,
  `<item jid='nobody@nowhere.invalid' affiliation='owner' id='${'i'.repeat(2_000)}'><reason>${LONG}</reason></item>`,
  `<set xmlns='${RSM}'><max>-1</max></set>`,
  `<set xmlns='${RSM}'><max>many</max><index>x</index></set><set xmlns='${RSM}'/>`,
  `<set xmlns='${RSM}'><max>999999999999999999999</max><after>\u{1f600}'"</after><before>0</before></set>`,
  form('submit', '<field/><field var=""/><field var="FORM_TYPE"/>'),
  form('submit', field('FORM_TYPE', 'urn:example:another')),
  form('nonsense', field('FORM_TYPE', 'x')),
  form('result', `<reported/><item><field/></item>${field('jid', '@')}`),
  form(
    'submit',
    `${field('challenge', '0.0.0.0')}${field('with', '@')}${field('start', 'yesterday')}${field('end', '')}`,
  ),
  form('cancel', LONG),
  `<vCard xmlns='vcard-temp'><PHOTO><BINVAL>${'='.repeat(500)}</BINVAL></PHOTO></vCard>`,
]

/** A request of a handler, each time otherwise wrong. */
export function nonsenseFor({ payload }: IqHandler<unknown>): string[] {
  const [, xmlns, name] = /^\{(.*)\}(.*)$/.exec(payload)!
  const whole = (attributes: string, inside: string) => `<${name} xmlns='${xmlns}' ${attributes}>${inside}</${name}>`
  const bare = INSIDES.map((inside) => whole('', inside))
  // Forms belong to a namespace of the request more often than not.
  const own = whole(`action='execute' node='${xmlns}'`, form('submit', field('FORM_TYPE', xmlns!) + field('x', LONG)))
  return [...bare, whole(ATTRIBUTES, ''), whole(ATTRIBUTES, INSIDES[3]!), whole('', whole('', whole('', ''))), own]
}

/** All that a service answers as an entity. */
export function handlersOf(service: string, entity: Entity): IqHandler<unknown>[] {
  const modules = (services.find(({ name }) => name === service)?.modules ?? []) as readonly Module<unknown>[]
  return modules.flatMap(({ iq }) => iq.filter((handler) => handler.entity === entity))
}
