import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureFull } from '@heliograph/jid'
import { userItem } from './user-item.ts'

test('an item says what it is given, with codes in their order and everything escaped', () => {
  assert.equal(
    userItem({ role: 'participant', affiliation: 'none' }),
    "<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='participant'/></x>",
  )
  const jid = ensureFull("ohara@example.org/a&b's")
  const told = userItem({
    role: 'none',
    affiliation: 'member',
    jid,
    newNick: '<nick>',
    reason: 'a < b',
    actor: "d'Artagnan",
    codes: [307, 110],
  })
  assert.match(told, /jid='ohara@example.org\/a&amp;b(&apos;|&#39;|&#x27;)s'/)
  assert.match(told, /nick='&lt;nick(>|&gt;)'/)
  assert.match(told, /<reason>a &lt; b<\/reason>/)
  assert.match(told, /<status code='110'\/><status code='307'\/><\/x>$/)
})
