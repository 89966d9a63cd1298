/** CORE-01, CORE-04: what people write arrives as they wrote it, whatever it is made of. */
import assert from 'node:assert/strict'
import { bothModes, RawClient } from '@heliograph/testkit'
import { enter, newcomer, say, saying, together } from '../support/actor.ts'
import { readArchive } from '../support/archive.ts'

const scenario = await bothModes()

const BODIES = [
  'plain',
  '  spaces  and\nnew\tlines  ',
  `quotes ' and " and &amp; and &lt;tags/&gt; and ]]&gt;`,
  'grüße, 世界, 👩‍👩‍👧‍👦, \u202eright to left',
  'combining e\u0301 stays two, composed \u00e9 stays one',
  '\u0085\u2028 line ends of other kinds',
]

scenario('bodies arrive unchanged, now and from the archive', async (site) => {
  using pair = together({ alice: await newcomer(site, 'alice'), bob: await newcomer(site, 'bob', { edge: 1 }) })
  const { alice, bob } = pair
  const plain = (xml: string) => xml.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
  for (const body of BODIES) {
    say(alice, bob.jid, body)
    assert.equal((await bob.expect('message')).getChildText('body'), plain(body))
  }
  alice.send(`<message to='${bob.jid}' type='chat'><body><![CDATA[<b>&amp;</b>]]> &#x41;&#66;</body></message>`)
  assert.equal((await bob.expect('message')).getChildText('body'), '<b>&amp;</b> AB')
  const archived = (await readArchive(bob)).items.map(({ body }) => body)
  assert.deepEqual(archived, [...BODIES.map(plain), '<b>&amp;</b> AB'])
})

scenario('a long message arrives whole, also over a WebSocket and in many packets', async (site) => {
  using pair = together({
    alice: await newcomer(site, 'alice', { transport: 'wss' }),
    bob: await newcomer(site, 'bob', { edge: 1 }),
    carol: await newcomer(site, 'carol', { edge: 1, transport: 'wss' }),
  })
  const body = '0123456789äöü€😀'.repeat(9_000)
  for (const [from, to] of [
    [pair.alice, pair.bob],
    [pair.bob, pair.carol],
  ] as const) {
    say(from, to.jid, body)
    assert.equal((await to.expect('message')).getChildText('body'), body)
  }
  const bytes = Buffer.from(`<message to='${pair.alice.jid}' type='chat'><body>żółw 🐢</body></message>`)
  for (const byte of bytes) pair.bob.send(Buffer.from([byte]))
  await pair.alice.expect(saying('żółw 🐢'))
})

scenario('elements of any namespace and depth, attributes and languages are left as they are', async (site) => {
  using pair = together({ alice: await newcomer(site, 'alice'), bob: await newcomer(site, 'bob', { edge: 1 }) })
  const { alice, bob } = pair
  alice.send(
    `<message to='${bob.jid}' type='chat' id='a&amp;b' xml:lang='fr'><body>salut</body><body xml:lang='en'>hi</body>` +
      `<p:x xmlns:p='urn:p' p:a='1' b='&quot;2&quot;'><y xmlns=''><p:z/></y>mixed<w xmlns='urn:w'/></p:x></message>`,
  )
  const message = await bob.expect('message')
  assert.equal(message.attrs.id, 'a&b')
  assert.equal(message.attrs['xml:lang'], 'fr')
  assert.deepEqual(
    message.getChildren('body').map((body) => [body.attrs['xml:lang'], body.getText()]),
    [
      [undefined, 'salut'],
      ['en', 'hi'],
    ],
  )
  const x = message.children.find((child) => typeof child !== 'string' && child.getName() === 'x')
  assert.ok(x && typeof x !== 'string')
  assert.equal(x.getNS(), 'urn:p')
  assert.equal(x.attrs.b, '"2"')
  assert.equal(x.getText(), 'mixed')
  const y = x.getChildElements()[0]
  assert.equal(y?.getNS() || '', '')
  assert.equal(y?.getChildElements()[0]?.getNS(), 'urn:p')
  assert.equal(x.getChildElements()[1]?.getNS(), 'urn:w')
})

scenario('a prefix declared in the stream header means the same to who receives the stanza', async (site) => {
  const person = await site.person('alice')
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  await using alice = await RawClient.login({ ...site.at(0, 'tls'), namespaces: `xmlns:far='urn:far:away'` }, person)
  alice.send(`<message to='${bob.jid}' type='chat'><far:x far:a='1'><far:y/></far:x><body>declared</body></message>`)
  for (const message of [await bob.expect(saying('declared')), (await readArchive(bob)).items[0]?.message]) {
    const x = message?.getChild('x', 'urn:far:away')
    assert.ok(x?.getChild('y', 'urn:far:away'), String(message))
  }
})

scenario('addresses are compared as they are prepared: case, width and normal form do not matter', async (site) => {
  const person = await site.person('josé')
  await using bob = await newcomer(site, 'bob', { edge: 1 })
  await using jose = await enter(site, { ...person, user: person.user.normalize('NFD') }, { resource: 'Téléphone' })
  assert.equal(jose.jid, `${person.jid.normalize('NFC')}/Téléphone`)
  for (const user of [person.user.toUpperCase(), person.user.normalize('NFD'), person.user.replace('j', 'ｊ')]) {
    say(bob, `${user}@${site.domain.toUpperCase()}`, `to ${user}`)
    const message = await jose.expect('message')
    assert.equal(message.getChildText('body'), `to ${user}`)
    assert.equal(message.attrs.to, person.jid)
  }
})
