import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NS } from '@heliograph/stanza'
import { type Element, parseDocument, serialize } from '@heliograph/xml'
import { bookmarkOfItem, bookmarksIn, changesOf, conferenceOf, storageOf } from './bookmarks.ts'

const xml = (text: string): Element => parseDocument(text).element
const item = (id: string, inside: string, attributes = '') =>
  xml(
    `<item xmlns='${NS.pubsub}' id='${id}'><conference xmlns='${NS.bookmarks}'${attributes}>${inside}</conference></item>`,
  )

test('a bookmark is the same in both forms', () => {
  const orchard = bookmarkOfItem(
    item('orchard@rooms', '<nick>JC</nick><password>s</password>', " name='The &lt;O&gt;' autojoin='1'"),
  )!
  assert.deepEqual(orchard, { jid: 'orchard@rooms', name: 'The <O>', autojoin: true, nick: 'JC', password: 's' })
  const plain = bookmarkOfItem(item('plain@rooms', ''))!
  const storage = xml(serialize(storageOf([orchard, plain])))
  assert.deepEqual([...bookmarksIn(storage).values()], [orchard, plain])
  assert.equal(
    serialize(storageOf([plain])),
    `<storage xmlns='${NS.bookmarksLegacy}'><conference jid='plain@rooms'/></storage>`,
  )
  assert.equal(bookmarkOfItem(xml(`<item xmlns='${NS.pubsub}' id='x'><other xmlns='y'/></item>`)), undefined)
})

test('what other clients keep with a bookmark stays there', () => {
  const before = item('a@rooms', "<nick>old</nick><extensions><state xmlns='urn:x' minimized='true'/></extensions>")
  const after = xml(serialize(conferenceOf({ ...bookmarkOfItem(before)!, nick: 'new' }, before)))
  assert.equal(after.getChildText('nick', NS.bookmarks), 'new')
  const state = after.getChild('extensions', NS.bookmarks)?.getChild('state', 'urn:x')
  assert.equal(state?.attrs.minimized, 'true')
})

test('only what differs is changed', () => {
  const list = (...names: readonly string[]) =>
    new Map(names.map((name) => [name, { jid: name, name, autojoin: false, nick: '', password: '' }]))
  const before = list('a', 'b', 'c')
  const after = list('b', 'd')
  after.set('a', { ...before.get('a')!, autojoin: true })
  const { published, retracted } = changesOf(before, after)
  assert.deepEqual([published.map(({ jid }) => jid), retracted], [['d', 'a'], ['c']])
})
