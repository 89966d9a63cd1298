import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureJid } from '@heliograph/jid'
import { Roster, type RosterItem } from '@heliograph/roster'
import { addResource, makeUser } from '../../test/support/people.ts'
import { Addressed } from './addressed.ts'
import { Allowance } from './allowance.ts'
import { isStranger } from './stranger-filter.ts'

test('so many pass in a minute, then none until the next', () => {
  const allowance = new Allowance(2)
  const taken = [0, 10, 20, 59_999, 60_000].map((now) => allowance.take(now))
  assert.deepEqual(taken, [true, true, false, false, true])
})

test('the last 200 addressees are remembered', () => {
  const addressed = new Addressed()
  for (let i = 0; i < 201; i++) addressed.add(ensureJid(`a${i}@m.example/pda`))
  assert.deepEqual([addressed.has('a0@m.example' as never), addressed.has('a1@m.example' as never)], [false, true])
})

test('who was forgotten as an addressee is a stranger again, also where he was the last to write', () => {
  const addressed = new Addressed()
  const nurse = ensureJid('nurse@capulet.example/chamber')
  addressed.add(ensureJid('nurse@capulet.example'))
  const before = [addressed.has(nurse), addressed.has(nurse)]
  for (let i = 0; i < 200; i++) addressed.add(ensureJid(`a${i}@m.example`))
  assert.deepEqual([...before, addressed.has(nurse)], [true, true, false])
})

test('contacts, whoever asked or was asked, rooms the user is in, addressees and servers are no strangers', () => {
  const user = makeUser()
  const asked: RosterItem = {
    jid: 'juliet@capulet.example' as never,
    name: '',
    groups: [],
    subscription: 'none',
    ask: true,
    approved: false,
    request: '',
    listed: true,
  }
  user.profile = { account: user.jid, roster: new Roster([asked]) }
  user.addressed = new Addressed()
  user.addressed.add(ensureJid('nurse@capulet.example'))
  addResource(user, 'orchard', 0).directed = new Set(['ball@conference.capulet.example/masked'])
  const known = ['juliet@capulet.example/x', 'nurse@capulet.example', 'ball@conference.capulet.example/tybalt']
  for (const jid of [...known, 'capulet.example', `${user.jid}/y`])
    assert.equal(isStranger(user, ensureJid(jid)), false, jid)
  assert.equal(isStranger(user, ensureJid('tybalt@capulet.example')), true)
})
