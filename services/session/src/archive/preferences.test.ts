import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BareJid, Jid } from '@heliograph/jid'
import { Roster, type RosterItem } from '@heliograph/roster'
import { NS } from '@heliograph/stanza'
import { makeUser, ROMEO, stanza } from '../../test/support/people.ts'
import { MAX_LISTED, readPreferences, wantsArchived } from './preferences.ts'
import { preferencesOf, preferencesText } from './preferences-text.ts'

const read = (attributes: string, content = '') =>
  readPreferences(
    stanza(`<iq type='set' id='1'><prefs xmlns='${NS.mam}' ${attributes}>${content}</prefs></iq>`).child(
      'prefs',
      NS.mam,
    )!,
  )
const list = (name: string, ...jids: string[]) =>
  `<${name}>${jids.map((jid) => `<jid>${jid}</jid>`).join('')}</${name}>`
const JULIET = 'juliet@capulet.example'

function wants(attributes: string, content: string, target: string, contact?: Partial<RosterItem>): boolean {
  const user = makeUser()
  const archiving = read(attributes, content)
  assert.ok('behaviour' in archiving)
  user.archiving = archiving
  const item = { jid: JULIET as BareJid, listed: true, ...contact } as RosterItem
  user.profile = { account: ROMEO, roster: new Roster(contact ? [item] : []) }
  return wantsArchived(user, target as Jid)
}

test('who is in neither list is archived by default, or not, or when on the roster', () => {
  assert.equal(wantsArchived(makeUser(), JULIET as Jid), true)
  assert.equal(wants("default='always'", '', JULIET), true)
  assert.equal(wants("default='never'", '', JULIET, {}), false)
  assert.equal(wants("default='roster'", '', `${JULIET}/balcony`, {}), true)
  assert.equal(wants("default='roster'", '', JULIET), false)
  // An item that only holds a request isn't in the roster (RFC 6121 §3.1.3).
  assert.equal(wants("default='roster'", '', JULIET, { listed: false }), false)
})

test('lists go before the default, a full address before its account, never before always', () => {
  assert.equal(wants("default='never'", list('always', JULIET), `${JULIET}/balcony`), true)
  assert.equal(wants("default='always'", list('never', JULIET), JULIET), false)
  assert.equal(wants("default='always'", list('never', `${JULIET}/balcony`), `${JULIET}/balcony`), false)
  assert.equal(wants("default='always'", list('never', `${JULIET}/balcony`), `${JULIET}/tomb`), true)
  const mixed = list('always', `${JULIET}/balcony`) + list('never', JULIET)
  assert.deepEqual(
    ['/balcony', '/tomb', ''].map((resource) => wants("default='always'", mixed, JULIET + resource)),
    [true, false, false],
  )
  assert.equal(wants("default='always'", list('always', JULIET) + list('never', JULIET), JULIET), false)
})

test('what is read is what is stored, in one spelling', () => {
  const wanted = read("default='roster'", list('always', 'Juliet@Capulet.Example', JULIET) + list('never', 'a.example'))
  assert.ok('behaviour' in wanted)
  assert.deepEqual([...wanted.always], [JULIET])
  assert.deepEqual(preferencesOf(preferencesText(wanted)), wanted)
})

const refused: [attributes: string, content: string, condition: string][] = [
  ['', '', 'bad-request'],
  ["default='sometimes'", '', 'bad-request'],
  ["default='always'", list('always', '@'), 'jid-malformed'],
  ["default='always'", list('never', ''), 'jid-malformed'],
  [
    "default='always'",
    list('never', ...Array.from({ length: MAX_LISTED + 1 }, (_, at) => `u${at}@b`)),
    'not-acceptable',
  ],
]

for (const [attributes, content, condition] of refused)
  test(`refused with ${condition}: ${attributes} ${content.slice(0, 40)}`, () => {
    const error = read(attributes, content)
    assert.equal('condition' in error && error.condition, condition)
  })
