import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeUser, ROMEO, stanza } from '../../test/support/people.ts'
import { carbonOf } from './carbon.ts'
import { CopiedIds } from './copied-ids.ts'

test('a copy is from the account, keeps the type, and holds the message byte for byte', () => {
  const payload = "<body>Neither, fair saint</body><x xmlns='urn:x' a='&lt;'/>"
  const message = stanza(
    `<message from='${ROMEO}/home' to='juliet@capulet.example' id='1' type='chat'>${payload}</message>`,
  )
  const copy = carbonOf(makeUser(), message, 'sent')
  assert.equal(
    copy.toString(),
    `<message from='${ROMEO}' type='chat'><sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>` +
      `<message xmlns='jabber:client' to='juliet@capulet.example' from='${ROMEO}/home' id='1' type='chat'>${payload}</message>` +
      '</forwarded></sent></message>',
  )
  assert.deepEqual(copy.children, ['{urn:xmpp:carbons:2}sent'])
  assert.equal(copy.child('sent', 'urn:xmpp:carbons:2')?.getChild('forwarded')?.getChild('message')?.attrs.id, '1')
})

test('what was copied is remembered by peer and id, the latest only', () => {
  const ids = new CopiedIds()
  ids.add(ROMEO, 'x'.repeat(1_000))
  for (let n = 0; n < 100; n++) ids.add(ROMEO, `${n}`)
  assert.deepEqual(
    [ids.has(ROMEO, '99'), ids.has(ROMEO, '0'), ids.has('other@b' as never, '99'), ids.has(ROMEO, 'x'.repeat(1_000))],
    [true, false, false, false],
  )
})
