import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureJid } from '@heliograph/jid'
import { NS } from '@heliograph/stanza'
import { parseDocument } from '@heliograph/xml'
import { ROMEO } from '../../test/support/people.ts'
import { notification } from './notification.ts'
import { readAddress, readEnable } from './push-service.ts'

const read = (attributes: string, inside = '') =>
  readEnable(parseDocument(Buffer.from(`<enable xmlns='${NS.push}' ${attributes}>${inside}</enable>`)).element)

const PUBLISH_OPTIONS =
  '<field var="FORM_TYPE"><value>http://jabber.org/protocol/pubsub#publish-options</value></field>'
const form = (inside: string, type = 'submit') => `<x xmlns='jabber:x:data' type='${type}'>${inside}</x>`
const SECRET = '<field var="secret"><value>eruio234vzxc2kla-91</value></field>'

test('what is enabled, with the options of the app server (XEP-0357 §5)', () => {
  assert.deepEqual(read("jid='push.example' node='yxs32'", form(PUBLISH_OPTIONS + SECRET)), {
    jid: 'push.example',
    node: 'yxs32',
    options: [{ name: 'secret', values: ['eruio234vzxc2kla-91'] }],
  })
  assert.deepEqual(read("jid='Push.Example'"), { jid: 'push.example', node: '', options: [] })
})

const BAD: [attributes: string, inside: string, condition: string][] = [
  ['', '', 'bad-request'],
  ["jid=''", '', 'bad-request'],
  ["jid='@'", '', 'jid-malformed'],
  [`jid='push.example' node='${'x'.repeat(1025)}'`, '', 'not-acceptable'],
  ["jid='push.example'", form(SECRET), 'bad-request'],
  ["jid='push.example'", form(PUBLISH_OPTIONS, 'form'), 'bad-request'],
  ["jid='push.example'", form(`${PUBLISH_OPTIONS}<field/>`), 'bad-request'],
  ["jid='push.example'", form(PUBLISH_OPTIONS + SECRET.replace('eruio', 'x'.repeat(5000))), 'not-acceptable'],
  ["jid='push.example'", form(PUBLISH_OPTIONS + SECRET.repeat(17)), 'not-acceptable'],
]

for (const [attributes, inside, condition] of BAD) {
  test(`${condition}: ${attributes.slice(0, 40)} ${inside.slice(0, 80)}`, () => {
    assert.equal(read(attributes, inside), condition)
  })
}

test('without a node all nodes are meant', () => {
  const address = (attributes: string) =>
    readAddress(parseDocument(Buffer.from(`<disable xmlns='${NS.push}' ${attributes}/>`)).element)
  assert.deepEqual(address("jid='push.example'"), { jid: 'push.example', node: undefined })
  assert.deepEqual(address("jid='push.example' node=''"), { jid: 'push.example', node: '' })
  assert.equal(address("node='x'"), 'bad-request')
})

test('a notification says what it may, with the options it was enabled with', () => {
  const service = { jid: ensureJid('push.example'), node: 'a', options: [{ name: 'secret', values: ['x'] }] }
  const full = String(notification('1', ROMEO, service, { count: 2, sender: ensureJid('a@b/c'), body: 'hello' }))
  assert.match(full, /<iq to='push.example' from='romeo@montague.example' id='1' type='set'>/)
  assert.match(full, /<publish node='a'><item><notification xmlns='urn:xmpp:push:0'>/)
  assert.match(
    full,
    /<field var='message-count'><value>2<.*'last-message-sender'><value>a@b\/c<.*'last-message-body'><value>hello</,
  )
  assert.match(full, /<\/publish><publish-options>.*publish-options<.*<field var='secret'><value>x</)
  const bare = String(notification('1', ROMEO, { ...service, node: '', options: [] }, { count: 1 }))
  assert.match(bare, /<publish><item>/)
  assert.doesNotMatch(bare, /last-message|publish-options/)
})
