/** SEC-03: real-time block lists, kept on a node of one's own. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { bothModes, type RawClient } from '@heliograph/testkit'
import { bareOf, errorOf, newcomer, saying, together } from '../support/actor.ts'
import { subscribe } from '../support/friends.ts'
import { done, makeNode } from '../support/pubsub.ts'
import { codesOf, freshRoom, join, knock, makeRoom } from '../support/room.ts'

const NODE = 'listed'
const blockLists = [
  { service: 'pubsub.localhost', node: NODE },
  { service: 'pubsub.localhost', node: 'not-there' },
]
const scenario = await bothModes({ config: { blockLists } })

const hashOf = (address: string): string => createHash('sha256').update(address).digest('hex')
const REPORT = "<report xmlns='urn:xmpp:reporting:1' reason='urn:xmpp:reporting:spam'/>"
const list = (owner: RawClient, ...ids: readonly string[]) =>
  done(owner, {
    type: 'set',
    inside: `<publish node='${NODE}'>${ids.map((id) => `<item id='${id}'>${REPORT}</item>`).join('')}</publish>`,
  })
const unlist = (owner: RawClient, id: string) =>
  done(owner, { type: 'set', inside: `<retract node='${NODE}' notify='true'><item id='${id}'/></retract>` })

/** Asks for something until that is answered as it is to be: when every instance knows a list nobody is told. */
async function until(expected: string | undefined, ask: () => Promise<string | undefined>): Promise<void> {
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
async function probing(asker: RawClient, asked: RawClient): Promise<string | undefined> {
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
async function writing(from: RawClient, to: RawClient): Promise<string | undefined> {
  const id = `hello-${probes++}`
  from.send(`<message to='${bareOf(to.jid)}' type='chat' id='${id}'><body>${id}</body></message>`)
  const refused = from.expect((it) => it.attrs.id === id && it.attrs.type === 'error')
  const heard = to.expect(saying(id))
  for (const each of [refused, heard]) each.catch(() => {})
  return errorOf(await Promise.race([refused, heard]))
}

scenario('who is listed reaches no stranger and enters no room, until he is no longer listed', async (site) => {
  using all = together({
    owen: await newcomer(site, 'owen', { edge: 0 }),
    anna: await newcomer(site, 'anna', { edge: 1 }),
    spammer: await newcomer(site, 'spammer', { edge: 0 }),
    friend: await newcomer(site, 'friend', { edge: 1 }),
  })
  const { owen, anna, spammer, friend } = all
  await subscribe(friend, anna)
  const [room, other] = [freshRoom(site), freshRoom(site, 'cave')]
  await makeRoom(owen, room, 'owen')
  await makeRoom(anna, other, 'anna')
  await join(spammer, room, 'spam')
  await join(friend, room, 'friend')
  const [hash, friends] = [spammer, friend].map(({ jid }) => hashOf(bareOf(jid))) as [string, string]

  // One that was there before anybody subscribed, and things that name nobody.
  await makeNode(owen, NODE, { max_items: 'max' })
  await list(owen, hash, 'spammer@localhost', hash.slice(1), friends)
  await until('cancel/service-unavailable', () => probing(spammer, anna))
  assert.equal(await writing(spammer, anna), 'cancel/service-unavailable')
  spammer.send(`<presence to='${bareOf(anna.jid)}' type='subscribe'/><presence to='${anna.jid}'/>`)
  // A contact is looked up nowhere.
  assert.equal(await writing(friend, anna), undefined)
  assert.deepEqual(
    anna.takeAll((it) => it.attrs.from?.startsWith(bareOf(spammer.jid)) === true && it.name === 'presence'),
    [],
  )

  // He was there: out he goes, and so does the friend, who is nothing to that room.
  for (const client of [spammer, friend]) {
    const out = await client.expect(
      (it) => it.name === 'presence' && it.attrs.type === 'unavailable' && codesOf(it).includes('301'),
    )
    assert.equal(bareOf(String(out.attrs.from)), room)
  }
  knock(spammer, other, 'spam')
  const refused = await spammer.expect((it) => it.name === 'presence' && it.attrs.type === 'error')
  assert.equal(errorOf(refused), 'auth/forbidden')

  await unlist(owen, hash)
  await until(undefined, () => probing(spammer, anna))
  await until(undefined, async () => {
    knock(spammer, other, 'spam')
    return errorOf(await spammer.expect((it) => it.name === 'presence' && it.attrs.from === `${other}/spam`))
  })
  // By his domain.
  await list(owen, hashOf(site.domain))
  await until('cancel/service-unavailable', () => probing(spammer, anna))
  await done(owen, { type: 'set', owner: true, inside: `<purge node='${NODE}'/>` })
  await until(undefined, () => probing(spammer, anna))
  assert.equal(await writing(spammer, anna), undefined)
  await done(owen, { type: 'set', owner: true, inside: `<delete node='${NODE}'/>` })
})
