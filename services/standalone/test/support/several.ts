import assert from 'node:assert/strict'
import type { RawClient, Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, isPresence, saying, settle } from './actor.ts'
import { command } from './blocking.ts'
import { scrape } from './metrics.ts'

const PATIENCE_MS = 20_000
const NS_MUC = 'http://jabber.org/protocol/muc'
const ADDRESS = 'http://jabber.org/protocol/address'

/** A header that names these, by type. */
export function addressed(...addresses: readonly (readonly [type: string, jid: string])[]): string {
  const inside = addresses.map(([type, jid]) => `<address type='${type}' jid='${jid}'/>`).join('')
  return `<addresses xmlns='${ADDRESS}'>${inside}</addresses>`
}

/** Type and address of each that a stanza names, with a plus where it was delivered there. */
export function named(stanza: Element): string[] {
  const addresses = stanza.getChild('addresses', ADDRESS)?.getChildren('address') ?? []
  return addresses.map(({ attrs }) => `${attrs.type} ${attrs.jid}${attrs.delivered === 'true' ? ' +' : ''}`)
}

/** The second sees the first one's presence from now on. */
export async function watch(author: RawClient, watcher: RawClient): Promise<void> {
  watcher.send(`<presence to='${bareOf(author.jid)}' type='subscribe'/>`)
  await author.expect((it) => isPresence(it, bareOf(watcher.jid), 'subscribe'), PATIENCE_MS)
  author.send(`<presence to='${bareOf(watcher.jid)}' type='subscribed'/>`)
  await watcher.expect((it) => isPresence(it, author.jid), PATIENCE_MS)
}

let statuses = 0

/** A change of presence, which these hear of; resolves when they have. */
export async function show(author: RawClient, watchers: readonly RawClient[]): Promise<void> {
  const status = `status ${statuses++}`
  author.send(`<presence><status>${status}</status></presence>`)
  const heard = watchers.map((watcher) =>
    watcher.expect((it) => isPresence(it, author.jid) && it.getChildText('status') === status, PATIENCE_MS),
  )
  // Who is told isn't told who else is.
  for (const presence of await Promise.all(heard))
    assert.deepEqual([presence.attrs.type, named(presence)], [undefined, []])
}

/** Stanzas for several that the gateways of a server have written so far, or have got. */
export function writtenOnce({ server }: Site, what = 'multicast', labels = ''): () => Promise<number> {
  return async () => {
    const ports = 'members' in server ? server.of('gateway').map((gateway) => gateway.ports) : [server.ports]
    const scrapes = await Promise.all(ports.map(({ metrics }) => scrape(metrics!)))
    return scrapes.reduce((sum, one) => sum + (one.get(`heliograph_s2s_${what}_total${labels}`) ?? 0), 0)
  }
}

/** Who writes to several stanzas at once, as a gateway counts them: until it has, by what it is told. */
export async function untilOnce(written: () => Promise<number>, act: () => Promise<void>): Promise<void> {
  const before = await written()
  for (const until = Date.now() + PATIENCE_MS; (await written()) === before; ) {
    if (Date.now() > until) assert.fail('each of them was written to')
    await act()
  }
}

/** Who blocks somebody isn't among those who hear of him, whoever else does. */
export async function blockOne(author: RawClient, watchers: readonly RawClient[]): Promise<void> {
  const [blocking, ...others] = watchers
  assert.equal((await command(blocking!, 'block', bareOf(author.jid))).attrs.type, 'result')
  await show(author, others)
  // All on one way: what he isn't told, and then what he is.
  await settle(blocking!)
  assert.deepEqual(
    blocking!.takeAll((it) => isPresence(it, author.jid)),
    [],
  )
  assert.equal((await command(blocking!, 'unblock', bareOf(author.jid))).attrs.type, 'result')
}

/** These are in a room together, and what one says comes to each of them once, in order. */
export async function gather(room: string, host: RawClient, guests: readonly RawClient[]): Promise<void> {
  const enter = async (who: RawClient, nick: string): Promise<void> => {
    who.send(`<presence to='${room}/${nick}'><x xmlns='${NS_MUC}'/></presence>`)
    await who.expect((it) => isPresence(it, `${room}/${nick}`), PATIENCE_MS)
  }
  await enter(host, 'host')
  host.send(
    `<iq type='set' id='open' to='${room}'><query xmlns='${NS_MUC}#owner'><x xmlns='jabber:x:data' type='submit'/></query></iq>`,
  )
  await host.expect(({ attrs }) => attrs.id === 'open', PATIENCE_MS)
  for (const [i, guest] of guests.entries()) await enter(guest, `guest ${i}`)
}

export async function sayInRoom(
  room: string,
  host: RawClient,
  guests: readonly RawClient[],
  body: string,
): Promise<void> {
  host.send(`<message to='${room}' type='groupchat'><body>${body}</body></message>`)
  const heard = [host, ...guests].map((who) => who.expect(saying(body), PATIENCE_MS))
  for (const message of await Promise.all(heard))
    assert.deepEqual([message.attrs.from, named(message)], [`${room}/host`, []])
}
