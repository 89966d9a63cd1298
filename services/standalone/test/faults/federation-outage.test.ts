/** FED-08, FED-09: what is accepted for another server outlives gateways and that server's absence. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, type Member, type RawClient } from '@heliograph/testkit'
import { befriend, meet, talk } from '../support/across-servers.ts'
import { enter, errorOf, newcomer, say, saying, settle } from '../support/actor.ts'
import { ForgedPeer } from '../support/forged-peer.ts'
import {
  addressed,
  blockOne,
  gather,
  named,
  sayInRoom,
  show,
  untilOnce,
  watch,
  writtenOnce,
} from '../support/several.ts'
import { twoServers } from '../support/two-servers.ts'
import { Wire } from '../support/wire.ts'

const PATIENCE_MS = 40_000
const world = await twoServers({ cluster: { takeSeconds: 5 }, standalone: { queueSeconds: 4 } })
after(() => world[Symbol.asyncDispose]())
const { near, far, cluster, standalone, dns, wire, honest } = world

const bodies = (count: number, name: string) => Array.from({ length: count }, (_, i) => `${name} ${i}`)

/** What comes up to that body, without what came twice. */
async function heardUntil(client: RawClient, last: string): Promise<string[]> {
  const heard: string[] = []
  while (heard.at(-1) !== last) {
    const message = await client.expect(({ name }) => name === 'message', PATIENCE_MS)
    assert.notEqual(message.attrs.type, 'error', `${message}`)
    heard.push(message.getChildText('body') ?? '')
  }
  return heard
}

test('people of a cluster and of a standalone server talk, see each other, and meet in rooms of both', async () => {
  await using alice = await newcomer(near, 'alice')
  await using bob = await newcomer(far, 'bob')
  await talk(alice, bob)
  await befriend(alice, bob)
  const room = `tea-${alice.jid.slice(6, 14)}@conference`
  await meet(alice, bob, `${room}.${far.domain}`)
  await meet(bob, alice, `${room}.${near.domain}`)
})

for (const [name, here, there] of [
  ['a cluster', near, far],
  ['a standalone server', far, near],
] as const)
  test(`${name} writes once what is for several at another, and each gets it as if it were for him alone`, async () => {
    const { domain } = here
    await using author = await newcomer(here, 'author')
    await using neighbour = await newcomer(here, 'neighbour')
    await using first = await newcomer(there, 'first')
    await using second = await newcomer(there, 'second')
    await using third = await newcomer(there, 'third')
    const others = [first, second, third]
    for (const watcher of others) await watch(author, watcher)
    await untilOnce(writtenOnce(here), () => show(author, others))
    await blockOne(author, others)
    const room = `tea-${author.jid.slice(7, 15)}@conference.${domain}`
    await gather(room, author, others)
    let said = 0
    await untilOnce(writtenOnce(here), () => sayInRoom(room, author, others, `in the room ${said++}`))
    const header = addressed(['to', first.jid], ['cc', neighbour.jid], ['bcc', second.jid], ['bcc', third.jid])
    await untilOnce(writtenOnce(here), async () => {
      const body = `to several ${said++}`
      author.send(`<message to='${domain}' type='chat'><body>${body}</body>${header}</message>`)
      const shown = [`to ${first.jid} +`, `cc ${neighbour.jid} +`]
      for (const [who, more] of [
        [first, []],
        [neighbour, []],
        [second, [`bcc ${second.jid}`]],
        [third, [`bcc ${third.jid}`]],
      ] as const) {
        const message = await who.expect(saying(body), PATIENCE_MS)
        assert.deepEqual(
          [message.attrs.from, message.attrs.to, named(message)],
          [author.jid, who.jid, [...shown, ...more]],
        )
      }
    })
  })

test('what was acknowledged comes once and in order, though all gateways are killed while the other server is away', async () => {
  const person = await far.person('bob')
  await using alice = await newcomer(near, 'alice', { sm: true })
  await using bob = await enter(far, person)
  say(bob, alice.jid, 'before')
  await alice.expect(saying('before'), PATIENCE_MS)
  await standalone.process.kill()
  const said = bodies(30, 'away')
  for (const body of said.slice(0, 15)) say(alice, person.jid, body)
  await alice.acknowledged(PATIENCE_MS)
  await Promise.all(cluster.of('gateway').map((gateway) => gateway.process.kill()))
  for (const body of said.slice(15)) say(alice, person.jid, body)
  for (const gateway of cluster.of('gateway')) await gateway.process.start()
  await alice.acknowledged(PATIENCE_MS)
  await Promise.all(cluster.of('gateway').map((gateway) => gateway.process.kill()))
  await standalone.process.start()
  for (const gateway of cluster.of('gateway')) await gateway.process.start()
  await standalone.process.serving()
  await using again = await enter(far, person)
  assert.deepEqual(await heardUntil(again, said.at(-1)!), said)
  say(alice, person.jid, 'after')
  await again.expect(saying('after'), PATIENCE_MS)
  assert.deepEqual(
    again.takeAll(({ name }) => name === 'message'),
    [],
  )
})

test('what can’t be brought in time comes back once', async () => {
  await using bob = await newcomer(far, 'bob', { sm: true })
  dns.set('closed.example', [{ port: await freePort() }])
  const [to, said] = ['nobody@closed.example', bodies(5, 'late')]
  for (const body of said) say(bob, to, body)
  await bob.acknowledged(PATIENCE_MS)
  assert.deepEqual(
    bob.takeAll(({ attrs }) => attrs.from === to),
    [],
    'it is kept meanwhile',
  )
  for (const body of said) {
    const error = await bob.expect(({ attrs }) => attrs.from === to, PATIENCE_MS)
    assert.deepEqual([error.getChildText('body'), errorOf(error)], [body, 'wait/remote-server-timeout'])
  }
  await sleep(2_000)
  await settle(bob)
  assert.deepEqual(
    bob.takeAll(({ attrs }) => attrs.from === to),
    [],
  )
})

for (const [fault, begin, end] of [
  ['is cut', () => wire.cut(), () => {}],
  ['falls silent', () => wire.silence(), () => wire.mend()],
  ['leads to a server that is frozen', () => standalone.process.freeze(), () => standalone.process.thaw()],
] as const)
  test(`the connection ${fault}: what is said comes once and in order, and is acknowledged meanwhile`, async () => {
    await using alice = await newcomer(near, 'alice', { sm: true })
    await using bob = await newcomer(far, 'bob')
    const said = bodies(300, fault)
    for (const [i, body] of said.entries()) {
      say(alice, bob.jid, body)
      if (i === 150) begin()
      if (i % 10 === 0) await sleep(20)
    }
    await alice.acknowledged(PATIENCE_MS)
    // Longer than a server may take to take something.
    if (fault !== 'is cut') await sleep(7_000)
    end()
    assert.deepEqual(await heardUntil(bob, said.at(-1)!), said)
  })

for (const [fate, end] of [
  ['drained', ({ process }: Member): Promise<unknown> => process.drain()],
  ['killed', ({ process }: Member): Promise<unknown> => process.kill()],
] as const)
  test(`gateways are ${fate} while what the other server answers doesn’t arrive: what it has isn’t sent again`, async () => {
    await using alice = await newcomer(near, 'alice', { sm: true })
    await using bob = await newcomer(far, 'bob')
    const said = bodies(30, fate)
    say(alice, bob.jid, 'before')
    assert.deepEqual(await heardUntil(bob, 'before'), ['before'])
    wire.deafen()
    for (const body of said) say(alice, bob.jid, body)
    assert.deepEqual(await heardUntil(bob, said.at(-1)!), said)
    // By what is stored: then it is known where it was written, too.
    if (fate === 'killed') await alice.acknowledged(PATIENCE_MS)
    await Promise.all(cluster.of('gateway').map((gateway) => end(gateway)))
    wire.mend()
    for (const gateway of cluster.of('gateway')) await gateway.process.start()
    say(alice, bob.jid, 'after')
    assert.deepEqual(await heardUntil(bob, 'after'), ['after'])
  })

test('a stream that broke goes on at another gateway: what had arrived isn’t sent again', async () => {
  await using bob = await newcomer(far, 'bob')
  const [first, second] = near.description.gateways.map(({ s2s }) => s2s!)
  await using back = await Wire.to(first!)
  const service = `pubsub.${near.domain}`
  dns.set(service, [{ port: back.port }])
  const ask = (id: string) => bob.send(`<iq to='${service}' type='get' id='${id}'><ping xmlns='urn:xmpp:ping'/></iq>`)
  const answered = async (last: string): Promise<string[]> => {
    const ids: string[] = []
    while (ids.at(-1) !== last) {
      const { attrs } = await bob.expect((it) => it.attrs.from === service, PATIENCE_MS)
      ids.push(attrs.id ?? '')
    }
    return ids
  }
  ask('before')
  await answered('before')
  back.deafen()
  const ids = bodies(30, 'ask')
  for (const id of ids) ask(id)
  assert.deepEqual((await answered(ids.at(-1)!)).toSorted(), ids.toSorted())
  back.lead(second!)
  back.mend()
  ask('after')
  assert.deepEqual(await answered('after'), ['after'])
})

test('what a server says wrongly ends its own streams, and others don’t notice', async () => {
  await using alice = await newcomer(near, 'alice')
  await using bob = await newcomer(far, 'bob')
  const message = (body: string, from = `eve@${honest.domain}`) =>
    `<message from='${from}' to='${alice.jid}' type='chat'><body>${body}</body></message>`
  const faults: readonly (readonly [string, RegExp])[] = [
    ['<message><body></message></body>', /not-well-formed/],
    [message('x'.repeat(300_000)), /policy-violation/],
    [message('a lie', `bob@${far.domain}`), /invalid-from/],
    [message('away').replace(alice.jid, 'x@elsewhere.example'), /improper-addressing/],
  ]
  for (const [fault, condition] of faults) {
    using eve = await ForgedPeer.connect(near.gateway().s2sTls!, near.domain, honest.certificate)
    await eve.prove(honest.domain, near.domain)
    for (let i = 0; i < 300; i++) eve.say(message(`flood ${i}`))
    eve.say(fault)
    say(bob, alice.jid, `beside ${condition}`)
    await eve.hears(condition)
    await alice.expect(saying(`beside ${condition}`), PATIENCE_MS)
    assert.deepEqual(
      alice.takeAll(({ attrs }) => attrs.from?.startsWith(`bob@${far.domain}`) === true),
      [],
    )
  }
})

test('gateways are killed and drained while people talk: nothing is lost, and order holds', async () => {
  await using alice = await newcomer(near, 'alice', { sm: true })
  await using bob = await newcomer(far, 'bob')
  const said = bodies(300, 'on')
  const [first, second] = cluster.of('gateway')
  for (const [i, body] of said.entries()) {
    say(alice, bob.jid, body)
    if (i === 100) await first!.process.kill()
    if (i === 150) await first!.process.start()
    if (i === 151) await first!.process.serving()
    if (i === 200) void second!.process.drain()
    if (i % 10 === 0) await sleep(20)
  }
  const heard = await heardUntil(bob, said.at(-1)!)
  assert.deepEqual([...new Set(heard)], said)
  await alice.acknowledged(PATIENCE_MS)
  await second!.process.exited
  await second!.process.start()
})
