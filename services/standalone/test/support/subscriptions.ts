import assert from 'node:assert/strict'
import type { RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { ask } from './room-admin.ts'

export const MUCSUB = 'urn:xmpp:mucsub:0'
const EVENT = 'http://jabber.org/protocol/pubsub#event'

const itemOf = (stanza: Element) => stanza.getChild('event', EVENT)?.getChild('items')?.getChild('item')

/** What a room tells those who follow it. */
export const isEvent = (it: Element): boolean => it.name === 'message' && itemOf(it) !== undefined

/** The message that somebody is told of. */
export const toldOf = (event: Element) => itemOf(event)?.getChild('message', 'jabber:client')

/** Whose subscription ended. */
export const endedOf = (event: Element) => itemOf(event)?.getChild('unsubscribe', MUCSUB)?.attrs.jid

export const isTold = (body: string) => (it: Element) => isEvent(it) && toldOf(it)?.getChildText('body') === body

export const nodesIn = (element: Element): string[] =>
  element.getChildren('event').map(({ attrs }) => String(attrs.node).replace(`${MUCSUB}:nodes:`, ''))

export function followXml(attrs: string, nodes: readonly string[]): string {
  const events = nodes.map((node) => `<event node='${MUCSUB}:nodes:${node}'/>`)
  return `<subscribe xmlns='${MUCSUB}' ${attrs}>${events.join('')}</subscribe>`
}

/** Follows a room; resolves to the nodes that it agrees to. */
export async function follow(
  client: RawClient,
  room: string,
  nick: string,
  nodes: readonly string[] = ['messages'],
  password = '',
): Promise<string[]> {
  const secret = password === '' ? '' : ` password='${password}'`
  const answer = await ask(client, 'set', room, followXml(`nick='${nick}'${secret}`, nodes))
  const agreed = answer.getChild('subscribe', MUCSUB)
  assert.ok(answer.attrs.type === 'result' && agreed, `${answer}`)
  return nodesIn(agreed as Element)
}
