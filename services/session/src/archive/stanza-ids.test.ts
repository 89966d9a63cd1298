import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BareJid } from '@heliograph/jid'
import { NS } from '@heliograph/stanza'
import { ROMEO, stanza } from '../../test/support/people.ts'
import { originIdOf, withoutForeignIds, withStanzaId } from './stanza-ids.ts'

test('an id in our name that we did not set is taken out; those of others stay (XEP-0359 §6)', () => {
  const forged = `<stanza-id xmlns='urn:xmpp:sid:0' by='${ROMEO}' id='1'/>`
  const others = "<stanza-id xmlns='urn:xmpp:sid:0' by='room@conference.example' id='2'/>"
  const message = stanza(`<message><body>x</body>${forged}${others}</message>`)
  const clean = withoutForeignIds(message, ROMEO)
  assert.deepEqual(
    clean.element.getChildren('stanza-id', NS.stanzaId).map((child) => child.attrs.id),
    ['2'],
  )
  assert.equal(withoutForeignIds(clean, ROMEO), clean)
  const plain = stanza('<message><body>x</body></message>')
  assert.equal(withoutForeignIds(plain, ROMEO), plain)
})

test('the archive id is added, whatever the name holds', () => {
  const by = "o'hara&co@example.com" as BareJid
  const stamped = withStanzaId(stanza('<message><body>x</body></message>'), by, 42)
  const added = stamped.child('stanza-id', NS.stanzaId)
  assert.deepEqual([added?.attrs.by, added?.attrs.id, stamped.hasBody], [by, '42', true])
})

test("the sender's own id", () => {
  assert.equal(originIdOf(stanza("<message><origin-id xmlns='urn:xmpp:sid:0' id='o1'/></message>")), 'o1')
  assert.equal(originIdOf(stanza('<message/>')), undefined)
})
