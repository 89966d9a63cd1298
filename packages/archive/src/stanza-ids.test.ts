import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BareJid } from '@heliograph/jid'
import { NS, readStanza, type Stanza } from '@heliograph/stanza'
import { originIdOf, withoutForeignIds, withStanzaId } from './stanza-ids.ts'

const ROMEO = 'romeo@montague.example' as BareJid
const stanza = (xml: string): Stanza => readStanza(Buffer.from(xml))

test('an id in our name that we did not set is taken out; those of others stay (XEP-0359 §6)', () => {
  const forged = `<stanza-id xmlns='urn:xmpp:sid:0' by='${ROMEO}' id='1'/>`
  const others = "<stanza-id xmlns='urn:xmpp:sid:0' by='room@conference.example' id='2'/>"
  const disguised = `<stanza-id xmlns='urn:xmpp:sid:0' by='ROMEO@Montague.example' id='3'/>`
  const message = stanza(`<message><body>x</body>${forged}${others}${disguised}</message>`)
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

test("the sender's own id, wherever and however it is written, is what a parser reads", () => {
  const xmlns = `xmlns='urn:xmpp:sid:0'`
  const other = `<origin-id xmlns='urn:example' id='not'/>`
  const forms = [
    `<origin-id ${xmlns} id='o1'/>`,
    `<origin-id id="o1" xmlns="urn:xmpp:sid:0" />`,
    `<origin-id ${xmlns} id='o&amp;1'/>`,
    `<origin-id ${xmlns} id='o>1'/>`,
    `<origin-id ${xmlns} id='o1' more='id'/>`,
    `<origin-id ${xmlns} id='o1'></origin-id>`,
    `<origin-id ${xmlns} id='ö${'1'.repeat(300)}'/>`,
    `<origin-id ${xmlns} id='o1'/><body>x</body>`,
    `<origin-id ${xmlns} id='o1'/><origin-id ${xmlns} id='o2'/>`,
    `<origin-id ${xmlns} id='o1'/>${other}`,
    `<p:origin-id xmlns:p='urn:xmpp:sid:0' id='o1'/>${other}`,
    `<p:origin-id xmlns:p='urn:xmpp:sid:0' id='o1'/><x xmlns='urn:example'><origin-id ${xmlns} id='o2'/></x>`,
    `<p:origin-id xmlns:p='urn:xmpp:sid:0' id='o1'><origin-id ${xmlns} id='o2'/></p:origin-id>`,
    `<origin-id ${xmlns}/>`,
  ]
  for (const form of forms) {
    const message = stanza(`<message><body>x</body>${form}</message>`)
    assert.equal(originIdOf(message), message.child('origin-id', NS.stanzaId)?.attrs.id, form)
  }
})
