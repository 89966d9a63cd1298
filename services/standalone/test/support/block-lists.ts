import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { RawClient } from '@heliograph/testkit'
import { bareOf, errorOf, saying } from './actor.ts'
import { knock } from './room.ts'

const REPORT = "<report xmlns='urn:xmpp:reporting:1' reason='urn:xmpp:reporting:spam'/>"

/** How a list names an address or a domain. */
export const hashOf = (address: string): string => createHash('sha256').update(address).digest('hex')

export const listingXml = (node: string, ids: readonly string[]): string =>
  `<publish node='${node}'>${ids.map((id) => `<item id='${id}'>${REPORT}</item>`).join('')}</publish>`

export const unlistingXml = (node: string, id: string): string =>
  `<retract node='${node}' notify='true'><item id='${id}'/></retract>`

/** Asks for something until that is answered as it is to be: when every instance knows a list nobody is told. */
export async function until(expected: string | undefined, ask: () => Promise<string | undefined>): Promise<void> {
  // The node wasn't there when the server looked first: it looks again, later each time.
  const deadline = Date.now() + 90_000
  for (;;) {
    const answer = await ask()
    if (answer === expected) return
    if (Date.now() > deadline) assert.equal(answer, expected)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** How a request to a client of somebody's is answered. */
export async function probing(asker: RawClient, asked: RawClient): Promise<string | undefined> {
  const id = `ask-${probes++}`
  const answer = asker.request(`<iq type='get' id='${id}' to='${asked.jid}'><query xmlns='jabber:iq:version'/></iq>`)
  const arrived = asked.expect((it) => it.attrs.id === id && it.attrs.from === asker.jid)
  const first = await Promise.race([answer, arrived])
  if (first.attrs.type !== 'get') {
    arrived.catch(() => {})
    return errorOf(first)
  }
  asked.send(`<iq type='result' id='${first.attrs.id}' to='${asker.jid}'/>`)
  return errorOf(await answer)
}
let probes = 0

/** The error with which a message comes back; undefined when it arrives. */
export async function writing(from: RawClient, to: RawClient): Promise<string | undefined> {
  const id = `hello-${probes++}`
  from.send(`<message to='${bareOf(to.jid)}' type='chat' id='${id}'><body>${id}</body></message>`)
  const refused = from.expect((it) => it.attrs.id === id && it.attrs.type === 'error')
  const heard = to.expect(saying(id))
  for (const each of [refused, heard]) each.catch(() => {})
  return errorOf(await Promise.race([refused, heard]))
}

/** How a room answers who wants to enter, or to be told everything anew. */
export async function knocking(client: RawClient, room: string, nick: string): Promise<string | undefined> {
  knock(client, room, nick)
  const isAnswer = (type: string | undefined) => type === undefined || type === 'error'
  const self = `${room}/${nick}`
  return errorOf(
    await client.expect((it) => it.attrs.from === self && it.name === 'presence' && isAnswer(it.attrs.type)),
  )
}
