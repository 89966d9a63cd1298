/** FED-01, FED-02, FED-04, AUTH-11: with servers of others, by certificate and by dialback. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { freePort, type OtherServer, type RawClient, type Site } from '@heliograph/testkit'
import { befriend, comeUnderOwnNick, followFromAfar, meet, talk } from '../support/across-servers.ts'
import { bareOf, errorOf, newcomer, say, saying, settle } from '../support/actor.ts'
import { hashOf, listingXml, unlistingXml, until, writing } from '../support/block-lists.ts'
import { federation, regular, stranger } from '../support/federation.ts'
import { ForgedPeer } from '../support/forged-peer.ts'
import { formXml, PUBSUB } from '../support/pubsub.ts'
import { addressed, show, untilOnce, watch, writtenOnce } from '../support/several.ts'

const PATIENCE_MS = 20_000
const THEIRS = 'honest.example'
/** Kept by somebody at another server, on a node of his own. */
const LIST = { service: 'moderator@prosody-certificates.example', node: 'spammers' }
const directory = await mkdtemp(join(tmpdir(), 'hg-federation-'))
const world = await federation(
  directory,
  [
    { make: 'prosody', authentication: 'certificates' },
    { make: 'prosody', authentication: 'dialback' },
    { make: 'prosody', authentication: 'certificates', isTwoWay: true },
    { make: 'prosody', authentication: 'dialback', isTwoWay: true },
    { make: 'ejabberd', authentication: 'certificates' },
    { make: 'ejabberd', authentication: 'dialback' },
  ],
  { trusted: [THEIRS], config: { blockLists: [LIST] }, federation: { bidirectional: true } },
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
    // It may have looked for our server before that was announced, and then everything that waits there comes back.
    await until(undefined, () => writing(romeo, alice))
    await talk(alice, romeo)
    await ask(site, other, { alice, romeo })
    await befriend(alice, romeo)
    await meet(alice, romeo, `tea-${alice.jid.slice(6, 14)}@rooms.${other.domain}`)
    const here = `tea-${alice.jid.slice(6, 14)}@conference.${site.domain}`
    await meet(romeo, alice, here)
    await followFromAfar(romeo, alice, here)
    await comeUnderOwnNick(romeo, alice, here)
  })
}

for (const other of world.others.filter(({ domain }) => domain.includes('both-ways')))
  world.scenario(
    `between here and ${other.domain} stanzas go both ways on one stream, whoever opened it`,
    async (site) => {
      await using alice = await newcomer(site, 'alice')
      await using romeo = await stranger(other, 'romeo')
      for (const [direction, who, to] of [
        ['in', romeo, `pubsub.${site.domain}`],
        ['out', alice, `rooms.${other.domain}`],
      ] as const) {
        const id = `info-${await freePort()}`
        const asking = `<iq to='${to}' type='get' id='${id}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`
        await until(undefined, async () => errorOf(await who.request(asking)))
        // Where several gateways are connected to, only a pair's owner answers on the same stream.
        if (direction === 'in' && 'members' in site.server) continue
        const agreed = writtenOnce(site, 'two_way', `{service="s2s-gateway",direction="${direction}"}`)
        assert.ok((await agreed()) > 0, direction)
      }
      await talk(alice, romeo)
    },
  )

for (const other of world.others.filter(({ domain }) => domain.startsWith('ejabberd')))
  world.scenario(
    `here and at ${other.domain} one stanza is for several, and each gets it as if it were for him`,
    async (site) => {
      await using alice = await newcomer(site, 'alice')
      await using anna = await newcomer(site, 'anna')
      await using romeo = await stranger(other, 'romeo')
      await using rosa = await stranger(other, 'rosa')
      for (const [author, watchers, counted] of [
        [alice, [romeo, rosa], 'multicast'],
        [romeo, [alice, anna], 'multicast_expanded'],
      ] as const) {
        for (const watcher of watchers) await watch(author, watcher)
        await untilOnce(writtenOnce(site, counted), () => show(author, watchers))
      }
    },
  )

const publisher = world.others.find(({ domain }) => LIST.service.endsWith(`@${domain}`))
if (publisher !== undefined)
  world.scenario('who is on a block list that another server publishes reaches nobody', async (site) => {
    await using moderator = await regular(publisher, 'moderator')
    await using alice = await newcomer(site, 'alice')
    await using spammer = await newcomer(site, 'spammer')
    const hash = hashOf(bareOf(spammer.jid))
    const options = { access_model: 'open', max_items: '100', persist_items: 'true' }
    const pubsub = async (inside: string) => {
      const iq = `<iq type='set' id='list'><pubsub xmlns='${PUBSUB}'>${inside}</pubsub></iq>`
      const answer = await moderator.request(iq)
      assert.equal(answer.attrs.type, 'result', `${answer}`)
    }
    const form = formXml(options, 'publish-options')
    await pubsub(`${listingXml(LIST.node, [hash])}<publish-options>${form}</publish-options>`)
    await until('cancel/service-unavailable', () => writing(spammer, alice))
    await pubsub(unlistingXml(LIST.node, hash))
    await until(undefined, () => writing(spammer, alice))
  })

world.scenario('what can’t be brought anywhere comes back once, and an error is not answered', async (site) => {
  await using alice = await newcomer(site, 'alice')
  world.dns.set('closed.example', [{ port: await freePort() }])
  for (const [domain, condition] of [
    ['nowhere.example', 'cancel/remote-server-not-found'],
    ['closed.example', 'wait/remote-server-timeout'],
  ] as const) {
    const to = `somebody@${domain}`
    // What may be stored would wait.
    for (const body of ['one', 'two']) say(alice, to, body, { inside: `<no-store xmlns='urn:xmpp:hints'/>` })
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
  await peer.prove(THEIRS, site.domain)
  peer.say(message(`a@${THEIRS}`, 'the truth'))
  await alice.expect(saying('the truth'), PATIENCE_MS)
  peer.say(message('president@bank.example', 'a lie'))
  await peer.hears(/invalid-from/)
  await settle(alice)
  await alice.expectNone(saying('a lie'), 200)
})

world.scenario('what another server says is for several goes to users here alone, or to nobody', async (site) => {
  await using alice = await newcomer(site, 'alice')
  await using anna = await newcomer(site, 'anna')
  const certificate = join(directory, THEIRS, 'self-signed.pem')
  using peer = await ForgedPeer.connect(portOf(site), site.domain, certificate)
  await peer.prove(THEIRS, site.domain)
  const say = (body: string, header: string, to = site.domain) =>
    peer.say(`<message from='a@${THEIRS}' to='${to}' type='chat'><body>${body}</body>${header}</message>`)
  const good = ['bcc', alice.jid] as const
  const lies = [
    addressed(good, ['bcc', 'victim@bank.example']),
    addressed(good, ['to', `victim@${THEIRS}`]),
    addressed(good, ['to', `room@conference.${site.domain}`]),
    addressed(good, ['to', '@@']),
    addressed(good, ['fax', anna.jid]),
    addressed(...Array.from({ length: 501 }, () => good)),
    addressed(),
    addressed(good) + addressed(good),
    `<addresses xmlns='http://jabber.org/protocol/address'>${addressed(good)}</addresses>`,
    addressed(good).replace('/>', ` delivered='true'/>`),
  ]
  for (const [i, lie] of lies.entries()) say(`lie ${i}`, lie)
  // Only the domain itself delivers to others.
  say('to her alone', addressed(good, ['to', anna.jid]), alice.jid)
  say('to both', addressed(good, ['bcc', anna.jid]))
  const heard = async (who: RawClient) => {
    await who.expect(saying('to both'), PATIENCE_MS)
    return who.takeAll(({ name }) => name === 'message').map((message) => message.getChildText('body'))
  }
  assert.deepEqual([await heard(alice), await heard(anna)], [['to her alone'], []])
  peer.say(`<presence from='president@bank.example' to='${site.domain}'>${addressed(good)}</presence>`)
  await peer.hears(/invalid-from/)
})

/** Direct TLS of a gateway. */
function portOf({ server }: Site): number {
  const ports = 'members' in server ? server.of('gateway')[1]!.ports : server.ports
  return ports.s2sTls!
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
