import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stanza } from '../../test/support/people.ts'
import { withAvatar } from './avatar.ts'

const HASH = '01b87fcd030b72895ff8e88db57ec525450f000d'
const update = (inside: string) => `<x xmlns='vcard-temp:x:update'>${inside}</x>`
const stamped = (inside: string) => withAvatar(stanza(`<presence>${inside}</presence>`), HASH).toString()
const RIGHT = update(`<photo>${HASH}</photo>`)

test('presence that says nothing of an avatar, not yet, or something wrong is given the right hash', () => {
  assert.equal(stamped('<show>away</show>'), `<presence><show>away</show>${RIGHT}</presence>`)
  for (const said of [update(''), update('<photo>old</photo>')]) {
    const presence = stamped(`${said}<show>away</show>`)
    assert.equal(presence.match(/vcard-temp:x:update/g)?.length, 1)
    assert.ok(presence.includes(RIGHT), presence)
  }
})

test('the right hash, and the word that no avatar is shown, stay as they are', () => {
  for (const said of ['<photo/>', `<photo>${HASH}</photo>`]) {
    const presence = stanza(`<presence>${update(said)}</presence>`)
    assert.equal(withAvatar(presence, HASH), presence)
  }
})
