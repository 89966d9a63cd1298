/** CORE-03, CORE-14, CORE-17, AUTH-20, AUTH-22: a server with little patience. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { bothModes, RawClient, type RawStreamOptions, type Site } from '@heliograph/testkit'
import { enter, errorOf, isPresence, newcomer } from '../support/actor.ts'
import { befriend } from '../support/friends.ts'

const LOCKOUT_SECONDS = 6
const CONNECTIONS = 8

const scenario = await bothModes({
  config: {
    registration: { open: 'never' },
    sessions: { resourceConflict: 'refuse' },
    authentication: { lockout: { attempts: 3, windowSeconds: LOCKOUT_SECONDS } },
    limits: {
      timeToAuthenticateSeconds: 4,
      idleSeconds: 2,
      pingTimeoutSeconds: 4,
      connectionsPerAddress: CONNECTIONS,
      stanzaBytes: 20_000,
    },
  },
})

async function opened(options: RawStreamOptions): Promise<RawClient> {
  const client = await RawClient.connect(options)
  await client.open()
  return client
}

const isPing = ({ name, attrs }: { name: string; attrs: { type?: string } }) => name === 'iq' && attrs.type === 'get'

async function refusalOf(site: Site, edge: number, user: string, password: string): Promise<string> {
  await using client = await RawClient.connect(site.at(edge, 'tls'))
  await client.open()
  const error = await client.authenticate({ user, password }).catch((thrown: Error) => thrown)
  return /<([a-z-]+)(?:\/>|>).*<\/failure>/.exec(String(error))?.[1] ?? 'none'
}

scenario(
  'three wrong passwords at one edge lock the account at every edge, known or not, for a while',
  async (site) => {
    const [tybalt, romeo] = [await site.person('tybalt'), await site.person('romeo')]
    for (const user of [tybalt.user, `no-${tybalt.user}`]) {
      for (let attempt = 0; attempt < 3; attempt++)
        assert.equal(await refusalOf(site, 0, user, 'wrong'), 'not-authorized')
      for (const edge of [0, 1])
        assert.equal(await refusalOf(site, edge, user, tybalt.password), 'temporary-auth-failure')
    }
    assert.equal(await refusalOf(site, 0, romeo.user, romeo.password), 'none')
    await sleep(LOCKOUT_SECONDS * 1_000)
    assert.equal(await refusalOf(site, 1, tybalt.user, tybalt.password), 'none')
  },
)

scenario('nobody registers', async (site) => {
  await using client = await RawClient.connect(site.at(0, 'tls'))
  const features = await client.open()
  assert.equal(features.getChild('register', 'http://jabber.org/features/iq-register'), undefined)
  const fields = '<username>nell</username><password>secret</password>'
  client.send(`<iq type='set' id='r'><query xmlns='jabber:iq:register'>${fields}</query></iq>`)
  assert.ok((await client.expect('error')).getChild('not-authorized')) // as any stanza before login
})

scenario('a resource in use is refused to a second connection, which may choose another', async (site) => {
  const person = await site.person('alice')
  await using first = await enter(site, person, { resource: 'phone', edge: 0 })
  await using second = await RawClient.connect(site.at(1, 'tls'))
  await second.open()
  await second.authenticate(person)
  const wish = `<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>phone</resource></bind>`
  assert.equal(errorOf(await second.request(`<iq type='set' id='b'>${wish}</iq>`)), 'cancel/conflict')
  assert.equal(await second.bind('tablet'), `${person.jid}/tablet`)
  assert.equal((await first.request(`<iq type='get' id='p'><ping xmlns='urn:xmpp:ping'/></iq>`)).attrs.type, 'result')
})

scenario('who does not log in is not waited for', async (site) => {
  const begun = Date.now()
  await using silent = await RawClient.connect(site.at(0, 'tcp'))
  await using hesitant = await RawClient.connect(site.at(1, 'tls'))
  await hesitant.open()
  await Promise.all([silent.ended, hesitant.ended])
  assert.ok(Date.now() - begun < 15_000)
})

scenario('who is silent is pinged; who does not answer is gone, for his friends too', async (site) => {
  await using lively = await newcomer(site, 'lively', { edge: 0 })
  await using dead = await newcomer(site, 'dead', { edge: 1 })
  await befriend(lively, dead)
  const gone = lively.expect((it) => isPresence(it, dead.jid, 'unavailable'), 30_000)
  for (let pings = 0; pings < 2; pings++) {
    const ping = await lively.expect(isPing)
    assert.ok(ping.getChild('ping', 'urn:xmpp:ping'))
    lively.send(`<iq type='result' id='${ping.attrs.id}'${ping.attrs.from ? ` to='${ping.attrs.from}'` : ''}/>`)
  }
  await gone
  await dead.ended
  assert.ok(dead.takeAll(isPing).length > 0)
})

scenario('one address has so many connections and no more; what it gives back it may take again', async (site) => {
  const from = { ...site.at(0, 'tls'), localAddress: '127.0.0.9' }
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => RawClient.connect(from)))
  await Promise.all(clients.map((client) => client.open()))
  await assert.rejects(opened(from))
  await using elsewhere = await RawClient.connect(site.at(0, 'tls'))
  assert.ok(await elsewhere.open())
  await clients.pop()?.close()
  // The edge hears of the end at its own pace.
  let again: RawClient | undefined
  for (let tries = 0; again === undefined && tries < 100; tries++)
    again = await opened(from).catch(() => sleep(50, undefined))
  assert.ok(again?.features)
  for (const client of [...clients, again]) client.cut()
})

scenario('a stanza may be so long and no longer', async (site) => {
  await using alice = await newcomer(site, 'alice')
  assert.equal(alice.features?.getChild('limits', 'urn:xmpp:stream-limits:0')?.getChildText('max-bytes'), '20000')
  alice.send(`<message to='${alice.jid}'><body>${'x'.repeat(19_000)}</body></message>`)
  await alice.expect('message')
  alice.send(`<message to='${alice.jid}'><body>${'x'.repeat(20_100)}</body></message>`)
  assert.ok((await alice.expect('error')).getChild('policy-violation'))
  await alice.ended
})
