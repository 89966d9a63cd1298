import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BareJid, trusted } from '@heliograph/jid'
import { NS, type Stanza } from '@heliograph/stanza'
import { silentTelemetry } from '@heliograph/telemetry'
import { addResource, makeUser, stanza } from '../../test/support/people.ts'
import type { Resource } from '../users/resource.ts'
import { type Able, ClientCapabilities } from './client-capabilities.ts'

const VER = 'QgayPKawpkPSDYmwT/WM94uAlu0='
const C = (ver = VER, hash = " hash='sha-1'") =>
  `<c xmlns='${NS.caps}'${hash} node='http://exodus.example' ver='${ver}'/>`
const FEATURES = [
  'http://jabber.org/protocol/caps',
  'http://jabber.org/protocol/disco#info',
  'http://jabber.org/protocol/disco#items',
  'http://jabber.org/protocol/muc',
]
const INFO = `<identity category='client' name='Exodus 0.9.1' type='pc'/>${FEATURES.map((it) => `<feature var='${it}'/>`).join('')}`

/** Capabilities over a store in memory, with everything that is asked. */
function fixture(stored = new Map<string, readonly string[]>()) {
  let now = 0
  let serial = 0
  const asked: { readonly resource: Able; readonly stanza: Stanza }[] = []
  const queries: string[] = []
  const learned: Able[] = []
  const { log, metrics } = silentTelemetry()
  const capabilities = new ClientCapabilities({
    store: {
      find: async (key) => {
        queries.push(key)
        return stored.get(key)
      },
      add: async (key, features) => void stored.set(key, features),
    },
    send: (_user, resource, request) => asked.push({ resource, stanza: request }),
    reachable: (_user, resource) => (resource as Resource).attachment === 'connected',
    learned: (_user, resource) => learned.push(resource),
    log,
    metrics,
    now: () => now,
  })
  const come = (inside = C()) => {
    const user = makeUser(`user${serial++}@capulet.example` as BareJid)
    const resource = addResource(user, 'phone', 0)
    resource.presence = stanza(`<presence from='${resource.jid}'>${inside}</presence>`).with({
      from: trusted(resource.jid),
    })
    capabilities.note(user, resource)
    return { user, resource }
  }
  const answer = (at: number, inside = INFO, type = 'result') => {
    const { resource, stanza: request } = asked[at]!
    const payload = `<query xmlns='${NS.discoInfo}'>${inside}</query>`
    return capabilities.answered(resource, stanza(`<iq type='${type}' id='${request.id}'>${payload}</iq>`))
  }
  const tick = (ms: number) => {
    now += ms
    capabilities.tick()
  }
  const turn = () => new Promise(setImmediate)
  return { capabilities, asked, learned, queries, stored, come, answer, tick, turn }
}

test('of many with the same software one is asked, once, and all profit', async () => {
  const { capabilities, asked, queries, stored, come, answer, turn } = fixture()
  const [first, second] = [come(), come()]
  assert.equal(capabilities.featuresOf(first.resource), undefined)
  await turn()
  assert.equal(asked.length, 1)
  const { stanza: request } = asked[0]!
  assert.deepEqual([request.from, request.to, request.type], ['capulet.example', first.resource.jid, 'get'])
  assert.equal(request.child('query', NS.discoInfo)?.attrs.node, `http://exodus.example#${VER}`)
  assert.equal(answer(0), true)
  for (const { resource } of [first, second, come()])
    assert.deepEqual([...capabilities.featuresOf(resource)!], FEATURES)
  await turn()
  assert.deepEqual([asked.length, queries.length], [1, 1])
  assert.deepEqual([...stored.values()], [FEATURES])
})

test('who waited for it is said to be known, once', async () => {
  const { learned, come, answer, turn } = fixture()
  const [first, second] = [come(), come()]
  await turn()
  assert.deepEqual(learned, [])
  answer(0)
  come()
  assert.deepEqual(learned, [first.resource, second.resource])
})

test('what another instance has learned nobody is asked for', async () => {
  const { capabilities, asked, come, turn } = fixture(new Map([[`0115 sha-1 ${VER}`, ['urn:x+notify']]]))
  const { resource } = come()
  await turn()
  assert.deepEqual([...capabilities.featuresOf(resource)!], ['urn:x+notify'])
  assert.equal(asked.length, 0)
})

test('one that lies, errs or is silent harms itself: the next is asked', async () => {
  const { capabilities, asked, stored, come, answer, tick, turn } = fixture()
  const all = Array.from({ length: 4 }, () => come())
  await turn()
  assert.equal(answer(0, `${INFO}<feature var='urn:of-somebody-else'/>`), true)
  assert.equal(answer(1, '', 'error'), true)
  tick(14_999)
  assert.equal(asked.length, 3)
  tick(1)
  assert.equal(asked.length, 4)
  assert.equal(answer(2), false, 'too late')
  assert.equal(answer(3), true)
  assert.ok(all.every(({ resource }) => capabilities.featuresOf(resource)?.size === FEATURES.length))
  await turn()
  assert.equal(stored.size, 1)
})

test('what nobody proves stays unknown, and is not remembered', async () => {
  const { capabilities, asked, stored, come, answer, turn } = fixture()
  const { resource } = come()
  await turn()
  answer(0, INFO + INFO)
  assert.equal(capabilities.featuresOf(resource), undefined)
  assert.equal(stored.size, 0)
  come()
  await turn()
  assert.equal(asked.length, 2)
})

test('without a hash, or with one unheard of, the answer is good for that client alone', async () => {
  for (const c of [C('1.0', ''), C('abc', " hash='sha-17'")]) {
    const { capabilities, asked, queries, stored, come, answer } = fixture()
    const [one, two] = [come(c), come(c)]
    assert.equal(asked.length, 2)
    answer(0)
    assert.equal(capabilities.featuresOf(one.resource)?.size, FEATURES.length)
    assert.equal(capabilities.featuresOf(two.resource), undefined)
    assert.deepEqual([queries.length, stored.size], [0, 0])
  }
})

test('the hashes of XEP-0390 come before those of XEP-0115', async () => {
  const newer = `<c xmlns='${NS.caps2}'><hash xmlns='${NS.hashes}' algo='sha-256'>aaaa</hash></c>`
  const { asked, come, turn } = fixture()
  come(C() + newer)
  await turn()
  assert.equal(asked[0]?.stanza.child('query', NS.discoInfo)?.attrs.node, `${NS.caps2}#sha-256.aaaa`)
})

test('a session that ends, or is not reached, is not waited for', async () => {
  const { capabilities, asked, come, tick, turn } = fixture()
  const [gone, asleep, last] = [come(), come(), come()]
  asleep.resource.attachment = 'hibernating'
  await turn()
  assert.equal(asked[0]?.resource, gone.resource)
  capabilities.left(gone.resource)
  assert.equal(asked[1]?.resource, last.resource)
  capabilities.left(last.resource)
  assert.equal(asked.length, 2)
  asleep.resource.attachment = 'connected'
  tick(1000)
  assert.equal(asked[2]?.resource, asleep.resource)
})

test('one session asks for so much, and not for ever more', async () => {
  const { capabilities, queries, come, turn } = fixture()
  const { user, resource } = come()
  for (let i = 0; i < 50; i++) {
    const inside = i % 2 === 0 ? C(`made-up-${i}`) : ''
    resource.presence = stanza(`<presence>${inside}</presence>`)
    capabilities.note(user, resource)
    await turn()
  }
  assert.equal(queries.length, 20)
})
