/** BOSH (XEP-0124, XEP-0206): sessions whose requests go to any edge. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  type BoshResponse,
  bothModes,
  RawBosh,
  type RawBoshOptions,
  RawClient,
  type RawStreamOptions,
  type Site,
} from '@heliograph/testkit'
import { isPresence, newcomer, say, saying } from '../support/actor.ts'
import { befriend } from '../support/friends.ts'

const scenario = await bothModes()

/** A client whose requests take turns at the edges. */
function anywhere(site: Site, transport: 'bosh' | 'boshs' = 'bosh'): RawStreamOptions {
  const [first, second] = [site.at(0, transport), site.at(1, transport)]
  return { ...first, laterPorts: [second.port, first.port] }
}

/** Bare requests, which take turns too. */
function requests(site: Site, options: Pick<RawBoshOptions, 'path' | 'headers'> = {}): RawBosh {
  return new RawBosh({ ports: [site.edge(0).http!, site.edge(1).http!], ...options })
}

const numbers = Array.from({ length: 20 }, (_, i) => `${i + 1}`)
const sha1 = (text: string) => createHash('sha1').update(text).digest('hex')

function ended(response: BoshResponse, condition: string | undefined): void {
  assert.equal(response.attributes.type, 'terminate', response.text)
  assert.equal(response.attributes.condition, condition)
}

for (const transport of ['bosh', 'boshs'] as const) {
  scenario(`juliet chats over ${transport}, at two edges in turn, in order`, async (site) => {
    const person = await site.person('juliet')
    const juliet = await RawClient.login(anywhere(site, transport), { ...person, resource: 'balcony' })
    await using romeo = await newcomer(site, 'romeo', { edge: 1 })
    juliet.send('<presence/>')
    await befriend(juliet, romeo)
    for (const number of numbers) say(juliet, romeo.jid, `her ${number}`)
    for (const number of numbers) say(romeo, juliet.jid, `his ${number}`)
    const bodies = async (client: RawClient, prefix: string) => {
      const texts: (string | null)[] = []
      for (const _ of numbers) {
        const message = await client.expect((it) => it.getChildText('body')?.startsWith(prefix) === true)
        texts.push(message.getChildText('body'))
      }
      return texts
    }
    assert.deepEqual(
      await bodies(romeo, 'her'),
      numbers.map((number) => `her ${number}`),
    )
    assert.deepEqual(
      await bodies(juliet, 'his'),
      numbers.map((number) => `his ${number}`),
    )
    await juliet.close()
    await romeo.expect((it) => isPresence(it, juliet.jid, 'unavailable'))
  })
}

scenario('a session that was cut is resumed over TCP, and one over TCP over BOSH', async (site) => {
  const person = await site.person('juliet')
  await using romeo = await newcomer(site, 'romeo')
  const first = await RawClient.login(anywhere(site), { ...person, resource: 'balcony', sm: true })
  first.cut()
  say(romeo, first.jid, 'while away')
  const second = await RawClient.resumed(site.at(1, 'tls'), person, first)
  await second.expect(saying('while away'))
  second.cut()
  say(romeo, first.jid, 'and again')
  const third = await RawClient.resumed(anywhere(site), person, second)
  await third.expect(saying('and again'))
  say(third, romeo.jid, 'here')
  await romeo.expect(saying('here'))
  await third.close()
})

scenario('a response that was lost comes again, from whichever edge is asked', async (site) => {
  const client = requests(site)
  await client.create(site.domain)
  const payload = "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AHgAeQ==</auth>"
  const answer = await client.post({}, payload)
  assert.match(answer.content, /^<failure /)
  for (const _ of [1, 2]) {
    assert.equal((await client.post({ rid: client.rid }, payload)).text, answer.text)
  }
  const held = client.post()
  const again = await Promise.race([held, client.post({ rid: client.rid })])
  assert.equal(again.attributes.type, 'error')
  client.cut()
})

scenario('requests that overtake each other are taken in order', async (site) => {
  const client = requests(site)
  await client.create(site.domain)
  const rid = client.rid
  const auth = (initial: string) => `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${initial}</auth>`
  const second = client.post({ rid: rid + 2, pause: 5 })
  const first = client.post({ rid: rid + 1 }, auth('AHgAeQ=='))
  const answered = await Promise.all([first, second])
  assert.ok(answered.every(({ attributes }) => attributes.type === undefined))
  client.rid = rid + 2
  ended(await client.post({ type: 'terminate' }), undefined)
  ended(await client.post(), 'item-not-found')
})

scenario('keys protect a session at any edge', async (site) => {
  const keys = ['seed']
  while (keys.length < 6) keys.push(sha1(keys.at(-1)!))
  const client = requests(site)
  await client.create(site.domain, { newkey: keys[5]! })
  for (const at of [4, 3]) {
    assert.equal((await client.post({ key: keys[at], pause: 10 })).attributes.type, undefined)
  }
  ended(await client.post({ key: sha1('guess') }), 'item-not-found')
})

scenario('a request is held as long as was agreed, and given back by a pause', async (site) => {
  const client = requests(site)
  const { attributes } = await client.create(site.domain, { wait: 1 })
  assert.equal(attributes.wait, '1')
  const began = performance.now()
  assert.equal((await client.post()).content, '')
  assert.ok(performance.now() - began > 400)
  const held = client.post()
  const pause = await client.post({ pause: attributes.maxpause })
  assert.deepEqual([(await held).content, pause.content], ['', ''])
  ended(await client.post({ pause: Number(attributes.maxpause) + 1 }), 'policy-violation')
})

scenario('a client that polls logs in, and must not ask too often', async (site) => {
  const client = requests(site)
  const { attributes, content } = await client.create(site.domain, { hold: 0 })
  assert.deepEqual([attributes.hold, attributes.requests], ['0', '1'])
  assert.ok(Number(attributes.inactivity) > Number(attributes.polling) + 30)
  assert.match(content, /<mechanism>/)
  assert.equal((await client.post()).content, '')
  ended(await client.post(), 'policy-violation')
})

const CREATIONS: readonly [name: string, attributes: Record<string, string | undefined>, condition: string][] = [
  ['a domain that is not served', { to: 'nowhere.example' }, 'host-unknown'],
  ['no domain', { to: undefined }, 'improper-addressing'],
  ['a domain that is none', { to: 'a@b' }, 'improper-addressing'],
  ['a wait that is no number', { wait: 'long' }, 'bad-request'],
  ['a negative hold', { hold: '-1' }, 'bad-request'],
  ['a version that is none', { ver: 'one' }, 'bad-request'],
  ['a version of XMPP that is not ours', { 'xmpp:version': '0.9' }, 'remote-stream-error'],
  ['a content type with a header in it', { content: 'text/xml\r\nX-Evil: 1' }, 'bad-request'],
  ['a key that is none', { newkey: 'key' }, 'bad-request'],
  ['a type that is none', { type: 'error' }, 'bad-request'],
  ['a rid beyond the largest', { rid: '9007199254740992' }, 'bad-request'],
  ['a session id that is none', { sid: 'nobody' }, 'item-not-found'],
  ['a session id of an edge that is no more', { sid: 'A'.repeat(32) }, 'item-not-found'],
]

scenario('what is wrong at creation is told', async (site) => {
  for (const [name, attributes, condition] of CREATIONS) {
    const response = await requests(site).create(site.domain, attributes)
    assert.equal(response.attributes.condition, condition, name)
    assert.equal(response.attributes.sid, undefined, name)
    assert.equal(response.status, 200, name)
  }
})

scenario('bodies that are none are told, and leave the sessions of others alone', async (site) => {
  const other = requests(site)
  await other.create(site.domain)
  const nothing = ['', 'x', '<', '<body', '<body/>', '<?php ?>', '<!DOCTYPE x><body/>', "<body xmlns='urn:x' rid='1'/>"]
  for (const body of nothing) ended(await requests(site).raw(body), 'bad-request')
  for (const payload of ['<a', 'text', '<a></b>', '<!-- x -->', '<x:a/>', '<a b="<"/>', '<a>&x;</a>']) {
    const client = requests(site)
    await client.create(site.domain)
    const { attributes } = await client.post({}, payload)
    assert.equal(attributes.type, 'terminate', payload)
    assert.match(attributes.condition ?? '', /^(bad-request|remote-stream-error)$/, payload)
    ended(await client.post(), 'item-not-found')
  }
  assert.equal((await other.raw('x'.repeat(400_000))).status, 413)
  assert.equal((await other.post({ pause: 1 })).attributes.type, undefined)
})

scenario('an error of the stream ends the session with it', async (site) => {
  const client = requests(site)
  await client.create(site.domain)
  const { attributes, content } = await client.post({}, "<message xmlns='jabber:client' to='a@b'/>")
  assert.equal(attributes.condition, 'remote-stream-error')
  assert.equal(attributes['xmlns:stream'], 'http://etherx.jabber.org/streams')
  assert.match(content, /^<stream:error .*<not-authorized /)
})

scenario('pages of any origin may ask; other methods may not', async (site) => {
  const url = `http://127.0.0.1:${site.edge(0).http}/http-bind`
  const preflight = await fetch(url, { method: 'OPTIONS', headers: { origin: 'https://chat.example' } })
  assert.equal(preflight.status, 204)
  assert.equal(preflight.headers.get('access-control-allow-origin'), '*')
  assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /POST/)
  assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /content-type/i)
  assert.equal((await fetch(url)).status, 405)
  const client = requests(site)
  const { headers, attributes } = await client.create(site.domain, { content: 'text/html; charset=utf-8' })
  assert.equal(headers['content-type'], 'text/html; charset=utf-8')
  assert.equal(headers['access-control-allow-origin'], '*')
  assert.match(String(headers['content-security-policy']), /sandbox/)
  assert.equal(attributes.ver, '1.11')
})

scenario('what a request calls its content means nothing, nor does a slash behind the path', async (site) => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'text/xml; charset=iso-8859-1', 'none']) {
    const client = requests(site, { path: '/http-bind/', headers: { 'content-type': type } })
    const { headers, attributes } = await client.create(site.domain)
    assert.ok(attributes.sid, type)
    assert.equal(headers['content-type'], 'text/xml; charset=utf-8')
    ended(await client.post({ type: 'terminate' }), undefined)
  }
})

scenario('a client from before versions is told by HTTP', async (site) => {
  const client = requests(site)
  const { attributes } = await client.create(site.domain, { ver: undefined })
  assert.equal(attributes.ver, undefined)
  assert.equal((await client.post({ rid: client.rid + 100 })).status, 404)
})
