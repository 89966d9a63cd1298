import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BareJid, ensureJid, type Jid } from '@heliograph/jid'
import { Roster, type RosterItem, type Subscription } from '@heliograph/roster'
import { BlockList, subscribersAmong } from './block-list.ts'

const JULIET = 'juliet@capulet.example' as BareJid
const jid = ensureJid

function contact(address: string, subscription: Subscription): RosterItem {
  return {
    jid: address as BareJid,
    name: '',
    groups: [],
    subscription,
    ask: false,
    approved: false,
    request: '',
    listed: true,
  }
}

test('each of the four forms of an address blocks what the specification says', () => {
  const blocked = (item: string, from: string) => new BlockList(JULIET, [jid(item)]).blocks(jid(from))
  const table: [string, string, boolean][] = [
    ['romeo@m.example/orchard', 'romeo@m.example/orchard', true],
    ['romeo@m.example/orchard', 'romeo@m.example/garden', false],
    ['romeo@m.example/orchard', 'romeo@m.example', false],
    ['romeo@m.example', 'romeo@m.example', true],
    ['romeo@m.example', 'romeo@m.example/garden', true],
    ['romeo@m.example', 'tybalt@m.example', false],
    ['m.example/gate', 'm.example/gate', true],
    ['m.example/gate', 'm.example', false],
    ['m.example/gate', 'romeo@m.example/gate', false],
    ['m.example', 'm.example', true],
    ['m.example', 'm.example/gate', true],
    ['m.example', 'romeo@m.example/orchard', true],
    ['m.example', 'romeo@sub.m.example', false],
  ]
  for (const [item, from, expected] of table) assert.equal(blocked(item, from), expected, `${item} ${from}`)
})

test('a user’s own addresses are not blocked, even where the domain is', () => {
  const list = new BlockList(JULIET, [jid('capulet.example')])
  assert.deepEqual([list.blocks(JULIET), list.blocks(jid(`${JULIET}/balcony`))], [false, false])
  assert.ok(list.blocks(jid('tybalt@capulet.example/hall')))
})

test('presence and probes leave out contacts that are blocked as a whole, as the roster is now', () => {
  const list = new BlockList(JULIET, [jid('romeo@m.example'), jid('spam.example'), jid('nurse@c.example/pda')])
  const roster = new Roster([contact('romeo@m.example', 'both'), contact('nurse@c.example', 'both')], 1)
  assert.deepEqual(list.contacts(roster), ['romeo@m.example'])
  roster.apply(contact('x@spam.example', 'from'), 2)
  assert.deepEqual(list.contacts(roster), ['romeo@m.example', 'x@spam.example'])
  assert.equal(list.contacts(new Roster([contact('nurse@c.example', 'both')], 2)), undefined)
})

test('only subscribers are told that the user goes or comes', () => {
  const roster = new Roster([
    contact('a@m.example', 'from'),
    contact('b@m.example', 'to'),
    contact('c@n.example', 'both'),
  ])
  const among = (...jids: string[]) => subscribersAmong(roster, new Set(jids as Jid[]))
  assert.deepEqual(among('m.example'), ['a@m.example'])
  assert.deepEqual(among('b@m.example', 'c@n.example/pda', 'b@m.example/pda'), ['c@n.example/pda'])
})
