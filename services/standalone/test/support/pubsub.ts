import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { RawClient, Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { errorOf } from './actor.ts'

export const PUBSUB = 'http://jabber.org/protocol/pubsub'
const ERRORS = `${PUBSUB}#errors`
const EVENT = `${PUBSUB}#event`

/** A name of a node that isn't there yet, also where the server has run other tests before. */
export const freshNode = (name = 'musings'): string => `${name}-${randomUUID().slice(0, 8)}`

export const serviceOf = (site: Site): string => `pubsub.${site.domain}`

export interface Request {
  readonly type: 'get' | 'set'
  /** Of an owner. */
  readonly owner?: boolean
  readonly inside: string
}

/** Asks the service of nodes something, and resolves the answer, whatever it is. */
export function askNodes(client: RawClient, { type, owner = false, inside }: Request): Promise<Element> {
  const xmlns = owner ? `${PUBSUB}#owner` : PUBSUB
  const service = `pubsub.${client.jid.split('@')[1]?.split('/')[0]}`
  return client.request(
    `<iq type='${type}' id='${randomUUID()}' to='${service}'><pubsub xmlns='${xmlns}'>${inside}</pubsub></iq>`,
  )
}

/** As `askNodes`, of what must succeed: the element in `<pubsub/>`, if the answer has one. */
export async function done(client: RawClient, request: Request): Promise<Element | undefined> {
  const answer = await askNodes(client, request)
  assert.equal(answer.attrs.type, 'result', `${answer}`)
  return answer.getChild('pubsub')?.getChildElements()[0] as Element | undefined
}

/** As `askNodes`, of what must fail: `type/condition`, with `/application` where there is one. */
export async function failed(client: RawClient, request: Request): Promise<string> {
  const answer = await askNodes(client, request)
  const application = answer
    .getChild('error')
    ?.children.find((child): child is Element => typeof child !== 'string' && child.attrs.xmlns === ERRORS)
  return `${errorOf(answer)}${application ? `/${application.name}` : ''}`
}

export type Fields = Readonly<Record<string, string>>

/** A form that is submitted; names of fields go without `pubsub#`. */
export function formXml(fields: Fields, formType = 'node_config'): string {
  const xml = Object.entries(fields).map(
    ([name, value]) => `<field var='pubsub#${name}'><value>${value}</value></field>`,
  )
  return `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>${PUBSUB}#${formType}</value></field>${xml.join('')}</x>`
}

/** Makes a node. */
export async function makeNode(client: RawClient, node: string, fields?: Fields): Promise<void> {
  const configure = fields ? `<configure>${formXml(fields)}</configure>` : ''
  await done(client, { type: 'set', inside: `<create node='${node}'/>${configure}` })
}

export const entry = (text: string): string => `<entry xmlns='urn:test:entry'>${text}</entry>`

export const publishing = (node: string, id: string, text = id, more = ''): Request => ({
  type: 'set',
  inside: `<publish node='${node}'><item id='${id}'>${entry(text)}</item></publish>${more}`,
})

export const subscribing = (node: string, jid: string, more = ''): Request => ({
  type: 'set',
  inside: `<subscribe node='${node}' jid='${jid}'/>${more}`,
})

/** Subscribes the bare address of a client; resolves the `<subscription/>`. */
export async function subscribe(client: RawClient, node: string, jid = client.jid.split('/')[0]!): Promise<Element> {
  const subscription = await done(client, subscribing(node, jid))
  assert.ok(subscription)
  return subscription
}

/** What is in a notification about a node, or undefined of any other stanza. */
export function newsOf(stanza: Element, node: string): Element | undefined {
  const news = stanza.getChild('event', EVENT)?.getChildElements()[0] as Element | undefined
  return news?.attrs.node === node ? news : undefined
}

/** Waits for the next notification about a node. */
export async function news(client: RawClient, node: string): Promise<{ stanza: Element; news: Element }> {
  const stanza = await client.expect((it) => it.name === 'message' && newsOf(it, node) !== undefined)
  return { stanza, news: newsOf(stanza, node)! }
}

/** The first element in another. */
export function firstIn(element: Element | undefined): Element {
  const first = element?.getChildElements()[0]
  assert.ok(first, `${element}`)
  return first as Element
}

/** Ids of the items in an element, in order. */
export const idsOf = (items: Element | undefined): string[] =>
  (items?.getChildElements() ?? []).map(({ attrs }) => String(attrs.id))

/** Values of the fields of a form, by their names without `pubsub#`. */
export function fieldsOf(x: Element | undefined): ReadonlyMap<string, string> {
  const fields = (x?.getChildren('field') ?? []) as Element[]
  return new Map(
    fields.map((field) => [String(field.attrs.var).replace('pubsub#', ''), field.getChildText('value') ?? '']),
  )
}

/** Ids of all items of a node, read page by page. */
export async function keptIn(client: RawClient, node: string): Promise<string[]> {
  const kept: string[] = []
  for (;;) {
    const from = kept.length === 0 ? '<index>0</index>' : `<after>${kept.at(-1)}</after>`
    const set = `<set xmlns='http://jabber.org/protocol/rsm'>${from}</set>`
    const page = idsOf(await done(client, { type: 'get', inside: `<items node='${node}'/>${set}` }))
    if (page.length === 0) return kept
    kept.push(...page)
  }
}
