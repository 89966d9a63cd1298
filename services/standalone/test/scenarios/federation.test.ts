/** FED-01, FED-02, AUTH-11: with servers of others, by certificate and by dialback. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { freePort, type OtherServer, type RawClient, type Site } from '@heliograph/testkit'
import { bareOf, errorOf, isPresence, newcomer, say, saying, settle } from '../support/actor.ts'
import { federation, stranger } from '../support/federation.ts'
import { ForgedPeer } from '../support/forged-peer.ts'
import { getRoster } from '../support/roster.ts'

const PATIENCE_MS = 20_000
const MANY = 100
const THEIRS = 'honest.example'
const directory = await mkdtemp(join(tmpdir(), 'hg-federation-'))
const world = await federation(
  directory,
  [
    { make: 'prosody', authentication: 'certificates' },
    { make: 'prosody', authentication: 'dialback' },
    { make: 'ejabberd', authentication: 'certificates' },
    { make: 'ejabberd', authentication: 'dialback' },
  ],
  { trusted: [THEIRS] },
)
after(async () => {
  await world[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

for (const domain of world.missing) test(`people here and at ${domain}`, { skip: 'not installed, and can’t be' })
for (const other of world.others) {
  world.scenario(`people here and at ${other.domain} talk, see each other, and meet in rooms of both`, async (site) => {
    await using alice = await newcomer(site, 'alice')
    await using romeo = await stranger(other, 'romeo')
    await talk(alice, romeo)
    await ask(site, other, { alice, romeo })
    await befriend(alice, romeo)
    await meet(alice, romeo, `tea-${alice.jid.slice(6, 14)}@rooms.${other.domain}`)
    await meet(romeo, alice, `tea-${alice.jid.slice(6, 14)}@conference.${site.domain}`)
  })
}

world.scenario('what can’t be brought anywhere comes back once, and an error is not answered', async (site) => {
  await using alice = await newcomer(site, 'alice')
  world.dns.set('closed.example', [{ port: await freePort() }])
  for (const [domain, condition] of [
    ['nowhere.example', 'cancel/remote-server-not-found'],
    ['closed.example', 'wait/remote-server-timeout'],
  ] as const) {
    const to = `somebody@${domain}`
    for (const body of ['one', 'two']) say(alice, to, body)
    for (const body of ['one', 'two']) {
      const error = await alice.expect(saying(body), PATIENCE_MS)
      assert.deepEqual([error.attrs.from, errorOf(error)], [to, condition])
    }
    alice.send(`<iq to='${to}' type='result' id='r'/>`)
    await settle(alice)
    await alice.expectNone(({ attrs }) => attrs.from === to, 300)
  }
})

world.scenario('a server speaks for its own domain alone, after it has proven it', async (site) => {
  await using alice = await newcomer(site, 'alice')
  const certificate = join(directory, THEIRS, 'self-signed.pem')
  const port = portOf(site)
  const message = (from: string, body: string) =>
    `<message from='${from}' to='${alice.jid}' type='chat'><body>${body}</body></message>`
  const external = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>=</auth>`
  // Somebody without a certificate, and somebody with that of another domain.
  for (const [name, own] of [
    [THEIRS, undefined],
    ['bank.example', certificate],
  ] as const) {
    using liar = await ForgedPeer.connect(port, site.domain, own)
    assert.doesNotMatch(await liar.open(name, site.domain), /EXTERNAL/)
    liar.say(external)
    await liar.hears(/<failure .*not-authorized/)
    using hasty = await ForgedPeer.connect(port, site.domain, own)
    await hasty.open(name, site.domain)
    hasty.say(message(`a@${name}`, 'a lie'))
    await hasty.hears(/not-authorized/)
  }
  using stray = await ForgedPeer.connect(port, site.domain, certificate)
  await stray.open(THEIRS, 'elsewhere.example')
  await stray.hears(/host-unknown/)
  using peer = await ForgedPeer.connect(port, site.domain, certificate)
  assert.match(await peer.open(THEIRS, site.domain), /<mechanism>EXTERNAL</)
  peer.say(external)
  await peer.hears(/<success [^>]+>/)
  await peer.open(THEIRS, site.domain)
  peer.say(message(`a@${THEIRS}`, 'the truth'))
  await alice.expect(saying('the truth'), PATIENCE_MS)
  peer.say(message('president@bank.example', 'a lie'))
  await peer.hears(/invalid-from/)
  await settle(alice)
  await alice.expectNone(saying('a lie'), 200)
})

/** Direct TLS of a gateway. */
function portOf({ server }: Site): number {
  const ports = 'members' in server ? server.of('gateway')[1]!.ports : server.ports
  return ports.s2sTls!
}

async function talk(alice: RawClient, romeo: RawClient): Promise<void> {
  for (let i = 0; i < MANY; i++) {
    say(alice, romeo.jid, `to ${i}`)
    say(romeo, alice.jid, `fro ${i}`)
  }
  for (let i = 0; i < MANY; i++) {
    const [there, here] = await Promise.all([
      romeo.expect(({ name }) => name === 'message', PATIENCE_MS),
      alice.expect(({ name }) => name === 'message', PATIENCE_MS),
    ])
    assert.deepEqual([there.getChildText('body'), here.getChildText('body')], [`to ${i}`, `fro ${i}`])
    assert.deepEqual([there.attrs.from, here.attrs.from], [alice.jid, romeo.jid])
  }
}

async function ask(
  site: Site,
  other: OtherServer,
  { alice, romeo }: { readonly alice: RawClient; readonly romeo: RawClient },
): Promise<void> {
  const ping = (to: string) => `<iq type='get' id='ping-${to}' to='${to}'><ping xmlns='urn:xmpp:ping'/></iq>`
  assert.equal((await alice.request(ping(other.domain))).attrs.type, 'result')
  assert.equal((await romeo.request(ping(site.domain))).attrs.type, 'result')
  const odd = `<iq type='get' id='odd' to='${other.domain}'><query xmlns='urn:unheard:of'/></iq>`
  assert.match(errorOf(await alice.request(odd)) ?? '', /cancel\//)
}

/** Subscriptions both ways, and what they show, also to who comes later. */
async function befriend(alice: RawClient, romeo: RawClient): Promise<void> {
  await getRoster(alice)
  await getRoster(romeo)
  for (const [asking, asked] of [
    [alice, romeo],
    [romeo, alice],
  ] as const) {
    asking.send(`<presence to='${bareOf(asked.jid)}' type='subscribe'/>`)
    await asked.expect((it) => isPresence(it, bareOf(asking.jid), 'subscribe'), PATIENCE_MS)
    asked.send(`<presence to='${bareOf(asking.jid)}' type='subscribed'/>`)
    await asking.expect((it) => isPresence(it, bareOf(asked.jid), 'subscribed'), PATIENCE_MS)
    await asking.expect((it) => isPresence(it, asked.jid), PATIENCE_MS)
  }
  for (const [who, whom] of [
    [alice, romeo],
    [romeo, alice],
  ] as const) {
    who.send(`<presence><status>at home</status></presence>`)
    await whom.expect((it) => isPresence(it, who.jid) && it.getChildText('status') === 'at home', PATIENCE_MS)
    who.send(`<presence type='unavailable'/>`)
    await whom.expect((it) => isPresence(it, who.jid, 'unavailable'), PATIENCE_MS)
    // Who comes asks how the other is.
    who.send(`<presence/>`)
    await who.expect((it) => isPresence(it, whom.jid), PATIENCE_MS)
    await whom.expect((it) => isPresence(it, who.jid), PATIENCE_MS)
  }
}

/** In a room of the second one's server. */
async function meet(guest: RawClient, host: RawClient, room: string): Promise<void> {
  const isOwn = (nick: string) => (it: Parameters<typeof isPresence>[0]) => isPresence(it, `${room}/${nick}`)
  const enter = (who: RawClient, nick: string) =>
    who.send(`<presence to='${room}/${nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`)
  enter(host, 'host')
  await host.expect(isOwn('host'), PATIENCE_MS)
  host.send(
    `<iq type='set' id='open' to='${room}'><query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query></iq>`,
  )
  await host.expect(({ attrs }) => attrs.id === 'open', PATIENCE_MS)
  enter(guest, 'guest')
  await guest.expect(isOwn('guest'), PATIENCE_MS)
  await host.expect(isOwn('guest'), PATIENCE_MS)
  for (const [who, nick] of [
    [guest, 'guest'],
    [host, 'host'],
  ] as const) {
    say(who, room, `from ${nick}`, { type: 'groupchat' })
    for (const hearer of [guest, host]) {
      const heard = await hearer.expect(saying(`from ${nick}`), PATIENCE_MS)
      assert.equal(heard.attrs.from, `${room}/${nick}`)
    }
  }
  guest.send(`<presence to='${room}/guest' type='unavailable'/>`)
  await host.expect((it) => isPresence(it, `${room}/guest`, 'unavailable'), PATIENCE_MS)
}
