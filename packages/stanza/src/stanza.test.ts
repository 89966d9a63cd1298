import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureJid } from '@heliograph/jid'
import { type Element, EMPTY_SCOPE, type NamespaceScope, scopeOf, XmlError } from '@heliograph/xml'
import { el } from './builders.ts'
import { NS } from './ns.ts'
import { Stanza } from './stanza.ts'

const CLIENT = scopeOf(NS.client)
const SERVER = scopeOf(NS.server)
const juliet = ensureJid('juliet@capulet.example/balcony')
const romeo = ensureJid('romeo@montague.example/orchard')

function parse(xml: string, scope: NamespaceScope = CLIENT): Stanza {
  const stanza = Stanza.parse(Buffer.from(xml), scope)
  assert.ok(stanza, xml)
  return stanza
}

const CHAT = `<message to='${juliet}' id='m1' type='chat' xml:lang='en'><body>Hi é</body><active xmlns='${NS.chatStates}'/></message>`

test('the head is parsed, addresses prepared', () => {
  const stanza = parse(
    "<message to='Juliet@CAPULET.example/balcony' from='romeo@montague.example' id='m1' type='chat' xml:lang='en'/>",
  )
  assert.equal(stanza.name, 'message')
  assert.equal(stanza.to, juliet)
  assert.equal(stanza.from, 'romeo@montague.example')
  assert.deepEqual([stanza.id, stanza.type, stanza.lang, stanza.extra], ['m1', 'chat', 'en', ''])
  assert.equal(stanza.payload.length, 0)
  assert.equal(stanza.element.attrs.to, juliet)
})

test('what is no stanza is undefined, what is no XML throws', () => {
  const other = [
    "<r xmlns='urn:xmpp:sm:3'/>",
    '<iqq/>',
    "<message xmlns='urn:x'/>",
    '<constructor/>',
    '<toString/>',
    '<__proto__/>',
  ]
  for (const xml of other) assert.equal(Stanza.parse(Buffer.from(xml), CLIENT), undefined, xml)
  assert.throws(() => parse('<message>'), XmlError)
  assert.throws(() => Stanza.fromElement(el('query')), TypeError)
})

test('an address that is no JID is left out and named', () => {
  const to = parse("<message to='@x' from='a@b'/>")
  assert.deepEqual([to.to, to.from, to.malformed, to.element.attrs.to], [undefined, 'a@b', 'to', undefined])
  assert.equal(parse("<message to=''/>").malformed, 'to')
  const from = parse("<message to='a@b' from='@'/>")
  assert.equal(from.malformed, 'from')
  assert.equal(from.with({ from: romeo }).malformed, undefined)
  assert.equal(from.with({ id: 'x' }).malformed, 'from')
})

test('canonical bytes are carried as they are', () => {
  const stanza = parse('<message><body a="1"><![CDATA[<]]>\r\n</body  ></message>')
  assert.equal(stanza.payload.toString(), '<body a="1"><![CDATA[<]]>\r\n</body  >')
})

test('the payload is a copy of the bytes', () => {
  const bytes = Buffer.from(CHAT)
  const stanza = Stanza.parse(bytes, CLIENT)!
  bytes.fill(0)
  assert.equal(stanza.toString(), CHAT)
})

test('one stanza has one canonical form, whatever its stream looked like', () => {
  const canonical = `<message to='${juliet}'><body>x</body><x xmlns='u'><y/></x><forwarded xmlns='f'><message xmlns='${NS.client}'/></forwarded></message>`
  const prefixes = new Map([
    ['c', NS.client],
    ['u', 'u'],
  ])
  const inner = `<x xmlns='u'><y/></x><forwarded xmlns='f'><message xmlns='${NS.client}'/></forwarded>`
  const forms: readonly (readonly [string, NamespaceScope])[] = [
    [canonical, CLIENT],
    [canonical, SERVER],
    [canonical, scopeOf(NS.componentAccept)],
    [`<message xmlns='${NS.client}' to='${juliet}'><body>x</body>${inner}</message>`, EMPTY_SCOPE],
    [`<message xmlns='${NS.client}' to='${juliet}'><body xmlns='${NS.client}'>x</body>${inner}</message>`, EMPTY_SCOPE],
    [`<message to='${juliet}'><body xmlns='${NS.server}'>x</body>${inner}</message>`, SERVER],
    [`<c:message to='${juliet}'><c:body>x</c:body>${inner}</c:message>`, { defaultNs: 'urn:other', prefixes }],
    [`<s:message xmlns:s='${NS.server}' to='${juliet}'><s:body>x</s:body>${inner}</s:message>`, EMPTY_SCOPE],
  ]
  for (const [xml, scope] of forms) {
    const stanza = parse(xml, scope)
    assert.equal(stanza.toString(), canonical, xml)
    assert.deepEqual(stanza.children, ['{jabber:client}body', '{u}x', '{f}forwarded'], xml)
    assert.equal(stanza.hasBody, true)
    assert.equal(stanza.childText('body', NS.client), 'x')
    assert.equal(stanza.child('x', 'u')?.getChild('y', 'u')?.getNS(), 'u')
    assert.equal(stanza.element.getNS(), NS.client)
  }
})

test('a prefix from outside is declared inside the payload', () => {
  const scope = { defaultNs: NS.client, prefixes: new Map([['p', 'u']]) }
  const stanza = parse("<iq id='1'><p:query/></iq>", scope)
  assert.equal(stanza.toString(), "<iq id='1'><p:query xmlns:p='u'/></iq>")
  assert.equal(stanza.child('query', 'u')?.getNS(), 'u')
})

test('attributes without a field of their own are kept', () => {
  const stanza = parse("<presence a='&quot;&lt;' p:b='2' xmlns:p='u' xmlns:unused='w'/>")
  assert.equal(stanza.toString(), "<presence a='&quot;&lt;' xmlns:p='u' p:b='2'/>")
  assert.equal(parse(stanza.toString()).toString(), stanza.toString())
})

test('text and bytes say the same, with the namespace where it is asked for', () => {
  const wide = "<message id='é🦁' ü='&gt;'><body>x</body></message>"
  for (const xml of [CHAT, wide, '<presence/>', "<iq id='&apos;' type='get'><ping xmlns='urn:xmpp:ping'/></iq>"]) {
    const stanza = parse(xml)
    assert.equal(stanza.toString(), xml)
    assert.equal(stanza.toBytes().toString(), xml)
    assert.equal(stanza.toBytes(NS.client).toString(), stanza.toString(NS.client))
    assert.equal(parse(stanza.toString(NS.client), EMPTY_SCOPE).toString(), xml)
  }
  assert.match(parse(CHAT).toString(NS.client), /^<message xmlns='jabber:client' to=/)
})

test('a change makes a new stanza that shares the payload', () => {
  const stanza = parse(CHAT)
  const stamped = stanza.with({ from: romeo, to: undefined, id: "'&" })
  assert.equal(stamped.payload, stanza.payload)
  assert.deepEqual([stanza.from, stamped.from, stamped.to, stamped.type], [undefined, romeo, undefined, 'chat'])
  assert.equal(stamped.element.attrs.from, romeo)
  assert.equal(parse(stamped.toString()).id, "'&")
  assert.deepEqual(stamped.children, stanza.children)
})

test('elements are added and taken away', () => {
  const stanza = parse(CHAT)
  const more = stanza.append(el('stanza-id', { xmlns: NS.stanzaId, id: '1' })).append("<x xmlns='u'/>", '{u}x')
  assert.equal(
    more.toString(),
    CHAT.replace('</message>', "<stanza-id xmlns='urn:xmpp:sid:0' id='1'/><x xmlns='u'/></message>"),
  )
  assert.equal(more.has('{urn:xmpp:sid:0}stanza-id'), true)
  assert.equal(stanza.has('{u}x'), false)
  assert.equal(more.without((child) => child.getNS() === NS.chatStates || child.is('x', 'u')).children.length, 2)
  assert.equal(
    stanza.without(() => false),
    stanza,
  )
  assert.equal(stanza.without(() => true).toString(), `${CHAT.slice(0, CHAT.indexOf('>'))}/>`)
})

test('an element can be moved from one stanza to another', () => {
  const body = parse(CHAT, CLIENT).child('body', NS.client) as Element
  const inner = parse("<message><x xmlns='u'><y/></x></message>").child('x', 'u')!.getChild('y') as Element
  assert.equal(
    parse('<message/>').append(body).append(inner).toString(),
    "<message><body>Hi é</body><y xmlns='u'/></message>",
  )
})

test('the names of the children travel as one text', () => {
  const stanza = parse(CHAT)
  assert.equal(stanza.childNames, `{jabber:client}body\0{${NS.chatStates}}active`)
  const { name, to, payload, childNames } = stanza
  const again = new Stanza({ name, to, payload, children: childNames })
  assert.equal(again.childNames, childNames)
  assert.deepEqual(again.children, stanza.children)
  assert.equal(again.childNames, childNames)
  assert.deepEqual(new Stanza({ name: 'presence', children: '' }).children, [])
})

test('a spliced stanza equals one addressed and written alone', () => {
  for (const xml of [CHAT, '<presence/>', "<message from='a@b' extra='1'><body/></message>"]) {
    const stanza = parse(xml)
    for (const xmlns of [undefined, NS.client]) {
      const splicer = stanza.splicer(xmlns)
      for (const to of [juliet, ensureJid("jürgen@example.org/it's <&>")]) {
        assert.equal(splicer.bytesFor(to).toString(), stanza.with({ to }).toString(xmlns))
      }
    }
  }
})

test('a tree becomes a stanza', () => {
  const tree = el(
    'message',
    { to: 'JULIET@capulet.example/balcony', type: 'chat' },
    el('body', null, 'a<b'),
    el('x', { xmlns: 'u' }),
  )
  const stanza = Stanza.fromElement(tree)
  assert.equal(stanza.toString(), `<message to='${juliet}' type='chat'><body>a&lt;b</body><x xmlns='u'/></message>`)
  assert.deepEqual(stanza.children, ['{jabber:client}body', '{u}x'])
  const declared = el('presence', { xmlns: NS.server }, el('show', null, 'away'))
  assert.equal(Stanza.fromElement(declared).toString(), '<presence><show>away</show></presence>')
})

test('a payload deeper than a stream may carry can be looked at', () => {
  const payload = Buffer.from(`${'<a>'.repeat(200)}${'</a>'.repeat(200)}`)
  assert.equal(new Stanza({ name: 'message', payload, children: ['{jabber:client}a'] }).element.children.length, 1)
})
