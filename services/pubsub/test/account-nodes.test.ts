import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Asker, codecs, Envelope, Kind, Op } from '@heliograph/bus'
import { connectDatabase, type Database, migrate } from '@heliograph/database'
import { type Domain, ensureBare, ensureJid, type Jid } from '@heliograph/jid'
import { Hosts, type Ownership, partitionOf, type Router } from '@heliograph/ownership'
import { readError, Stanza } from '@heliograph/stanza'
import { silentTelemetry } from '@heliograph/telemetry'
import { infrastructure } from '@heliograph/testkit'
import { type Element, parseDocument } from '@heliograph/xml'
import { Bridge } from '../src/bridge/bridge.ts'
import { PubsubService } from '../src/pubsub-service.ts'
import { pubsubMigrations } from '../src/store/migrations.ts'

const servers = await infrastructure()
const juliet = ensureBare('juliet@capulet.example')
const balcony = ensureJid('juliet@capulet.example/balcony')
const romeo = ensureJid('romeo@montague.example/orchard')
const stranger = ensureJid('paris@capulet.example/church')
const PUBSUB = 'http://jabber.org/protocol/pubsub'
const EPOCH = Date.now()
let db: Database
let service: PubsubService
let receive: (envelope: Envelope, from: string) => void
let sent: { readonly kind: Kind; readonly key: string; readonly envelope: Envelope }[] = []
let waiting: (() => void) | undefined

before(async () => {
  db = await connectDatabase({ url: await servers.createDatabase(), instance: 'pubsub-1', poolSize: 2 })
  await migrate(db, pubsubMigrations)
  const { log, metrics, tracer } = silentTelemetry()
  service = new PubsubService({
    config: {
      ...{ admins: [], nodesPerUser: 10, subscriptionsPerUser: 5, pageBytes: 100_000, mailboxBound: 100 },
      ...{ idleNodeMs: 60_000, cachedRecipients: 1_000 },
    },
    ...{ log, metrics, tracing: tracer, db },
    bridge: new Bridge({
      config: { events: { deliveries: [], sources: [] }, domains: [] },
      db,
      bus: undefined,
      metrics,
      log,
    }),
    hosts: new Hosts(['capulet.example', 'montague.example'] as Domain[]),
    onFenced: () => assert.fail('fenced'),
  })
  const router: Partial<Router> = {
    serve: (handler) => {
      receive = handler
    },
    transfer: (kind, key, envelope, settle) => {
      sent.push({ kind, key, envelope })
      settle('taken')
    },
    receipt: () => waiting?.(),
    multicast: (_to, _envelope, settle) => settle([]),
  }
  const ownership: Partial<Ownership> = {
    heldEpochOf: () => EPOCH,
    ownerOf: () => ({ instance: 'session-1', epoch: EPOCH }),
    onOwner: () => {},
    refresh: async () => {},
  }
  service.attach({ router: router as Router, ownership: ownership as Ownership })
})
after(async () => {
  await service[Symbol.asyncDispose]()
  await db.close()
  await servers.close()
})

const OWN: Partial<Asker> = { own: true, subscriber: true }
let ids = 0

/** What came of a request that the account's owner brought: the answer, and news for the account. */
async function ask(from: Jid, asker: Partial<Asker>, type: 'get' | 'set', payload: string) {
  sent = []
  const { element } = parseDocument(payload)
  const envelope = new Envelope(Op.route)
  envelope.kind = Kind.node
  envelope.key = juliet
  envelope.partition = partitionOf(juliet)
  envelope.body = codecs.asker.encode({ own: false, subscriber: false, groups: '', resources: '', ...asker })
  envelope.stanza = new Stanza({
    ...{ name: 'iq', type, id: String(++ids), from, to: juliet },
    ...{ payload: Buffer.from(payload), children: [`{${element.getNS()}}${element.getName()}`] },
  })
  await new Promise<void>((resolve) => {
    waiting = resolve
    receive(envelope, 'session-1')
  })
  const stanzas = sent.map(({ envelope: { stanza } }) => stanza!)
  const answer = stanzas.find(({ name }) => name === 'iq')!
  const news = sent.find(({ envelope: { op } }) => op === Op.news)
  return { answer, news, messages: stanzas.filter(({ name }) => name === 'message') }
}

const errorOf = (answer: Stanza): string => {
  const error = readError(answer)
  return `${error?.condition}/${error?.application?.name ?? ''}`
}

const pubsub = (inside: string, ns = PUBSUB) => `<pubsub xmlns='${ns}'>${inside}</pubsub>`
const options = (fields: Readonly<Record<string, string>>) => {
  const xml = Object.entries(fields).map(
    ([name, value]) => `<field var='pubsub#${name}'><value>${value}</value></field>`,
  )
  return `<publish-options><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE' type='hidden'><value>${PUBSUB}#publish-options</value></field>${xml.join('')}</x></publish-options>`
}
const publishing = (node: string, id: string, fields: Readonly<Record<string, string>> = {}) =>
  pubsub(`<publish node='${node}'><item id='${id}'><x xmlns='urn:x'/></item></publish>${options(fields)}`)
const reading = (node: string) => pubsub(`<items node='${node}'/>`)

async function readIds(from: Jid, asker: Partial<Asker>, node: string): Promise<string> {
  const { answer } = await ask(from, asker, 'get', reading(node))
  if (answer.type === 'error') return errorOf(answer)
  const items = answer.child('pubsub', PUBSUB)?.getChild('items')?.getChildren('item') ?? []
  return items.map(({ attrs }) => attrs.id).join(' ')
}

test('a publication is answered, and the account is told who may hear of it', async () => {
  const heard = async (node: string, fields: Readonly<Record<string, string>>) => {
    const { answer, news } = await ask(balcony, OWN, 'set', publishing(node, 'a', fields))
    assert.equal(answer.type, 'result', `${answer}`)
    assert.deepEqual([news?.kind, news?.key, news?.envelope.stanza?.from], [Kind.user, juliet, juliet])
    const { audience, groups } = codecs.news.decode(news!.envelope.body!)
    return `${audience} ${groups} ${news?.envelope.recipients ?? ''}`
  }
  assert.equal(await heard('mood', {}), 'all  ')
  assert.equal(await heard('love', { access_model: 'roster', roster_groups_allowed: 'Love' }), 'groups Love ')
  assert.equal(await heard('own', { access_model: 'whitelist' }), 'nobody  ')
  assert.equal(await heard('asked', { access_model: 'authorize' }), 'nobody  ')
  const member = "<affiliation jid='romeo@montague.example' affiliation='member'/>"
  const owner = `${PUBSUB}#owner`
  const { answer } = await ask(balcony, OWN, 'set', pubsub(`<affiliations node='own'>${member}</affiliations>`, owner))
  assert.equal(answer.type, 'result')
  assert.equal(await heard('own', {}), 'listed  romeo@montague.example')
  await ask(romeo, { subscriber: true }, 'set', pubsub("<subscribe node='mood' jid='romeo@montague.example'/>"))
  assert.equal(await heard('mood', {}), 'all  romeo@montague.example', 'who subscribed is told as a subscriber')
})

test('what somebody reads is up to what his account’s owner says of him, and strangers learn nothing', async () => {
  await ask(balcony, OWN, 'set', publishing('open', 'o', { access_model: 'open' }))
  const friend = { subscriber: true, groups: 'Others\0Love' }
  assert.equal(await readIds(romeo, friend, 'love'), 'a')
  assert.equal(await readIds(romeo, { subscriber: true, groups: 'Lov' }, 'love'), 'not-authorized/not-in-roster-group')
  assert.equal(await readIds(romeo, friend, 'none'), 'item-not-found/')
  assert.equal(await readIds(stranger, {}, 'open'), 'o')
  const required = 'not-authorized/presence-subscription-required'
  for (const node of ['mood', 'love', 'own', 'asked', 'none', 'x'.repeat(1_001)])
    assert.equal(await readIds(stranger, {}, node), required)
  for (const payload of [publishing('none', 'a'), pubsub("<create node='none'/>"), pubsub('<nonsense/>'), pubsub('')]) {
    const { answer } = await ask(stranger, {}, 'set', payload)
    assert.equal(errorOf(answer), required, payload)
  }
  const { answer } = await ask(romeo, friend, 'set', publishing('none', 'a'))
  assert.equal(errorOf(answer), 'forbidden/')
})

test('who asks what there is sees what he may read', async () => {
  const listed = async (from: Jid, asker: Partial<Asker>) => {
    const { answer } = await ask(from, asker, 'get', "<query xmlns='http://jabber.org/protocol/disco#items'/>")
    const items = answer.child('query', 'http://jabber.org/protocol/disco#items')?.getChildElements() as Element[]
    return items.map(({ attrs }) => attrs.node ?? attrs.jid).join(' ')
  }
  assert.equal(await listed(balcony, { ...OWN, resources: balcony }), `${balcony} asked love mood open own`)
  assert.equal(await listed(romeo, { subscriber: true }), 'mood open own')
  assert.equal(await listed(stranger, {}), 'open')
})

test('items are found as in an archive', async () => {
  for (const id of ['b', 'c']) await ask(balcony, OWN, 'set', publishing('many', id, { max_items: 'max' }))
  const query = (inside = '') => `<query xmlns='urn:xmpp:mam:2' node='many' queryid='q'>${inside}</query>`
  const { answer, messages } = await ask(balcony, OWN, 'set', query())
  const fin = answer.child('fin', 'urn:xmpp:mam:2')
  assert.deepEqual([messages.length, fin?.attrs.complete], [2, 'true'])
  const result = messages[0]?.child('result', 'urn:xmpp:mam:2')
  const inner = result?.getChild('forwarded')?.getChild('message')
  assert.equal(inner?.getChild('event')?.getChild('items')?.getChild('item')?.attrs.id, 'b')
  assert.equal(result?.attrs.id, fin?.getChild('set')?.getChildText('first'))
  const page = await ask(
    balcony,
    OWN,
    'set',
    query("<set xmlns='http://jabber.org/protocol/rsm'><max>1</max><before/></set>"),
  )
  assert.equal(page.messages.length, 1)
  assert.equal(page.answer.child('fin', 'urn:xmpp:mam:2')?.attrs.complete, undefined)
  assert.equal(
    errorOf((await ask(stranger, {}, 'set', query())).answer),
    'not-authorized/presence-subscription-required',
  )
  const by =
    "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field><field var='with'><value>a@b</value></field></x>"
  assert.equal(errorOf((await ask(balcony, OWN, 'set', query(by))).answer), 'feature-not-implemented/')
})

test('all goes with the account', async () => {
  const envelope = new Envelope(Op.erase)
  envelope.key = juliet
  envelope.partition = partitionOf(juliet)
  await new Promise<void>((resolve) => {
    waiting = resolve
    receive(envelope, 'session-1')
  })
  for (const node of ['mood', 'many']) assert.equal(await readIds(balcony, OWN, node), 'item-not-found/')
})
