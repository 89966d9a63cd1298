/** AUTH-12: who has no account comes to a domain for such, talks, and has never been there. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { after } from 'node:test'
import { ensureSelfSigned } from '@heliograph/certificates'
import { connectDatabase } from '@heliograph/database'
import {
  bothModes,
  loginPeer,
  RawClient,
  type RawStreamOptions,
  type Site,
  slixmppAvailable,
} from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { announce, bareOf, enter, errorOf, newcomer, say, saying, settle } from '../support/actor.ts'
import { control } from '../support/control.ts'
import { freshRoom, join, makeRoom, tell } from '../support/room.ts'
import { getRoster } from '../support/roster.ts'
import { bindXml, NS_SASL2 } from '../support/sasl2.ts'

const [GUESTS, FEW] = ['guest.localhost', 'few.localhost']
const directory = await mkdtemp(`${tmpdir()}/hg-guests-`)
after(() => rm(directory, { recursive: true, force: true }))
const certificate = await ensureSelfSigned({ directory, domains: [GUESTS, FEW] })
const ca = await readFile(certificate.cert, 'utf8')
const scenario = await bothModes({
  config: {
    domains: [
      {},
      { name: GUESTS, certificate, anonymous: { loginsPerHour: 1000 } },
      { name: FEW, certificate, anonymous: { loginsPerHour: 3 } },
    ],
  },
})

const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'
const at = (site: Site, edge: number, domain = GUESTS): RawStreamOptions => ({ ...site.at(edge, 'tls'), domain, ca })

/** What became of an attempt: the answer. */
async function come(client: RawClient): Promise<Element> {
  await client.open()
  client.send(`<auth xmlns='${NS_SASL}' mechanism='ANONYMOUS'/>`)
  const answer = await client.expect((element) => element.getNS() === NS_SASL)
  if (answer.name === 'success') await client.openStream()
  return answer
}

async function guest(site: Site, edge: number): Promise<RawClient> {
  const client = await RawClient.connect(at(site, edge))
  assert.equal((await come(client)).name, 'success')
  await client.bind()
  return client
}

scenario('a guest comes under a new name each time, and talks with nell, at either edge', async (site) => {
  await using nell = await newcomer(site, 'nell', { edge: 1 })
  const names = new Set<string>()
  for (const edge of [0, 1]) {
    await using visitor = await guest(site, edge)
    assert.match(visitor.jid, /^[0-9a-f]{8}-[0-9a-f-]{27}@guest\.localhost\/.+/)
    names.add(bareOf(visitor.jid))
    await announce(visitor)
    say(visitor, nell.jid, 'is anybody there?')
    assert.equal((await nell.expect(saying('is anybody there?'))).attrs.from, visitor.jid)
    say(nell, visitor.jid, 'at your service')
    await visitor.expect(saying('at your service'))
    say(nell, bareOf(visitor.jid), 'to the account')
    await visitor.expect(saying('to the account'))
  }
  assert.equal(names.size, 2)
})

scenario('by XEP-0388, with a resource at once; there is nothing to come back to', async (site) => {
  await using visitor = await RawClient.connect(at(site, 0))
  await visitor.open()
  visitor.send(`<authenticate xmlns='${NS_SASL2}' mechanism='ANONYMOUS'>${bindXml('App')}</authenticate>`)
  const answer = await visitor.expect('success')
  assert.match(answer.getChildText('authorization-identifier') ?? '', /^[0-9a-f-]{36}@guest\.localhost\/App\//)
  const enabled = answer.getChild('bound')?.getChild('enabled')
  assert.ok(enabled !== undefined && enabled.attrs.id === undefined && enabled.attrs.resume === undefined)
})

scenario('a guest may have no contacts, write to nobody elsewhere, and store nothing', async (site) => {
  const nell = await newcomer(site, 'nell', { edge: 0 })
  await using visitor = await guest(site, 1)
  await announce(visitor)
  const request = (payload: string, type = 'set', to = '') =>
    visitor.request(`<iq type='${type}' id='q'${to && ` to='${to}'`}>${payload}</iq>`)
  assert.deepEqual((await getRoster(visitor)).items, [])
  for (const payload of [
    `<query xmlns='jabber:iq:roster'><item jid='${bareOf(nell.jid)}'/></query>`,
    "<vCard xmlns='vcard-temp'><FN>Guest</FN></vCard>",
    "<query xmlns='jabber:iq:private'><x xmlns='urn:example'/></query>",
    "<query xmlns='urn:xmpp:mam:2'/>",
  ])
    assert.equal(errorOf(await request(payload)), 'auth/forbidden', payload)
  const registration = "<query xmlns='jabber:iq:register'><username>x</username><password>a long one</password></query>"
  assert.equal(errorOf(await request(registration, 'set', site.domain)), 'auth/forbidden')
  visitor.send(`<presence to='${bareOf(nell.jid)}' type='subscribe'/>`)
  assert.equal(
    errorOf(await visitor.expect((it) => it.name === 'presence' && it.attrs.type === 'error')),
    'auth/forbidden',
  )
  say(visitor, 'somebody@elsewhere.invalid', 'out there?')
  assert.equal(errorOf(await visitor.expect(saying('out there?'))), 'auth/forbidden')
  // Nor does anybody have the guest as a contact.
  nell.send(`<presence to='${bareOf(visitor.jid)}' type='subscribe'/>`)
  await settle(nell)
  await settle(visitor)
  await visitor.expectNone((it) => it.attrs.type === 'subscribe', 200)
  // XEP-0175 §5: whoever asks is told what it is.
  const info = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
  const ask = `<iq type='get' id='info' to='${bareOf(visitor.jid)}'>${info}</iq>`
  for (const answer of [await nell.request(ask), await visitor.request(ask)])
    assert.equal(answer.getChild('query')?.getChild('identity')?.attrs.type, 'anonymous')
  await nell.close()
})

scenario('when a guest is gone nobody has ever been there, and nothing waits', async (site) => {
  await using nell = await newcomer(site, 'nell', { edge: 1 })
  const visitor = await guest(site, 0)
  await visitor.enableSm()
  await announce(visitor)
  visitor.send(`<presence to='${nell.jid}'/>`)
  await nell.expect((it) => it.attrs.from === visitor.jid && it.attrs.type === undefined)
  say(visitor, nell.jid, 'hello')
  await nell.expect(saying('hello'))
  // Not available to take messages for the account: still nothing waits.
  await announce(visitor, -1)
  say(nell, bareOf(visitor.jid), 'later perhaps')
  assert.equal(errorOf(await nell.expect(saying('later perhaps'))), 'cancel/service-unavailable')
  visitor.cut()
  await nell.expect((it) => it.attrs.from === visitor.jid && it.attrs.type === 'unavailable')
  for (const to of [visitor.jid, bareOf(visitor.jid)]) {
    say(nell, to, `gone ${to.length}`)
    assert.equal(errorOf(await nell.expect(saying(`gone ${to.length}`))), 'cancel/service-unavailable')
  }
  const db = await connectDatabase({ url: site.server.postgres!, instance: 'scenario', poolSize: 1 })
  const tables = await db.query<{ table: string; column: string }>(
    'tables',
    `SELECT table_name AS table, column_name AS column FROM information_schema.columns
      WHERE table_schema = 'public' AND data_type = 'text' AND column_name IN ('jid', 'owner', 'account', 'username')`,
  )
  assert.ok(tables.rows.length > 5, JSON.stringify(tables.rows))
  for (const { table, column } of tables.rows) {
    const sql = `SELECT 1 FROM "${table}" WHERE "${column}" LIKE '%@guest.localhost%'`
    assert.equal((await db.query(`look_${table}_${column}`, sql)).rows.length, 0, `${table}.${column}`)
  }
  await db.close()
})

scenario('a guest enters a room and talks there, but sets none up, and no node', async (site) => {
  await using nell = await newcomer(site, 'nell', { edge: 0 })
  await using visitor = await guest(site, 1)
  const room = freshRoom(site)
  await makeRoom(nell, room, 'nell')
  await join(visitor, room, 'visitor')
  tell(visitor, room, 'good evening')
  await nell.expect(saying('good evening'))
  const owner = "<query xmlns='http://jabber.org/protocol/muc#owner'><x xmlns='jabber:x:data' type='submit'/></query>"
  const other = freshRoom(site)
  visitor.send(`<presence to='${other}/me'><x xmlns='http://jabber.org/protocol/muc'/></presence>`)
  await visitor.expect((it) => it.name === 'presence' && it.attrs.from?.startsWith(`${other}/`) === true)
  assert.equal(errorOf(await visitor.request(`<iq type='set' id='o' to='${other}'>${owner}</iq>`)), 'auth/forbidden')
  const create = `<iq type='set' id='n' to='pubsub.${site.domain}'><pubsub xmlns='http://jabber.org/protocol/pubsub'><create/></pubsub></iq>`
  assert.equal(errorOf(await visitor.request(create)), 'auth/forbidden')
})

scenario('only so many come from one address, at whichever edges, and no passwords are taken', async (site) => {
  for (const [edge, expected] of [
    [0, 'success'],
    [1, 'success'],
    [0, 'success'],
    [1, 'failure'],
    [0, 'failure'],
  ] as const) {
    await using client = await RawClient.connect(at(site, edge, FEW))
    assert.equal((await come(client)).name, expected)
    client.cut()
  }
  await using client = await RawClient.connect(at(site, 0))
  const features = await client.open()
  const offered = features.getChild('mechanisms')?.getChildren('mechanism') as Element[]
  assert.deepEqual(
    offered.map((each) => each.getText()),
    ['ANONYMOUS'],
  )
  assert.equal(features.getChild('register'), undefined)
  await assert.rejects(
    enter(site, { user: 'nell', password: 'x', jid: '' }, { mechanism: 'ANONYMOUS', priority: false }),
    /invalid-mechanism/,
  )
  const { code, errors } = await control(site, ['users', 'create', `nell@${GUESTS}`], 'correct horse battery\n')
  assert.ok(code !== 0 && errors.includes('no accounts'), errors)
})

for (const library of ['@xmpp/client', 'slixmpp'] as const)
  if (library !== 'slixmpp' || slixmppAvailable())
    scenario(`${library} comes without an account`, async (site) => {
      await using nell = await newcomer(site, 'nell', { edge: 0 })
      await using peer = await loginPeer(library, { ports: site.edge(1), domain: GUESTS, ca, user: '', password: '' })
      assert.match(peer.jid, /^[0-9a-f-]{36}@guest\.localhost\/.+/)
      await peer.presence()
      await peer.message(nell.jid, 'hello from a library')
      await nell.expect(saying('hello from a library'))
      say(nell, peer.jid, 'hello library')
      await peer.expect(saying('hello library'))
    })
