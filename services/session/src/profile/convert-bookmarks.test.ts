import assert from 'node:assert/strict'
import { test } from 'node:test'
import { el, NS } from '@heliograph/stanza'
import { type Element, parseDocument } from '@heliograph/xml'
import { fakeContext } from '../../test/support/fake-context.ts'
import { FakeNodes, fakeTables } from '../../test/support/fake-nodes.ts'
import { makeUser, stanza } from '../../test/support/people.ts'
import type { SessionContext } from '../context.ts'
import { bookmarksIn } from './bookmarks.ts'
import {
  bookmarksStored,
  convertStored,
  legacyBookmarks,
  legacyNodeChanged,
  nodeChanged,
  PRIVATE_BOOKMARKS,
} from './convert-bookmarks.ts'

const URL = "<url name='Home' url='https://example.org'/>"
const room = (jid: string, attributes = '') => `<conference jid='${jid}'${attributes}/>`
const storage = (inside: string) => `<storage xmlns='${NS.bookmarksLegacy}'>${inside}</storage>`
const element = (xml: string): Element => parseDocument(xml).element

function setUp() {
  const fake = new FakeNodes()
  const tables = fakeTables()
  const context = { ...fakeContext().context, ownRequests: fake.ownRequests, db: tables.db } as SessionContext
  const read = async () => {
    const xml = await legacyBookmarks(context, user, tables.privately.get(PRIVATE_BOOKMARKS))
    return [...bookmarksIn(element(xml ?? storage(''))).keys()].sort()
  }
  const user = makeUser()
  return { fake, tables, context, user, read }
}

test('what is stored privately is published item by item, and read back; URLs stay where they are', async () => {
  const { fake, tables, context, user, read } = setUp()
  await bookmarksStored(context, user, element(storage(URL + room('a@r') + room('b@r'))))
  assert.deepEqual(fake.idsOf(NS.bookmarks), ['a@r', 'b@r'])
  assert.equal(fake.nodes.get(NS.bookmarks)?.access, 'whitelist')
  assert.equal(tables.privately.get(PRIVATE_BOOKMARKS), storage(URL))
  await bookmarksStored(context, user, element(storage(URL + room('b@r') + room('c@r', " autojoin='1'"))))
  assert.deepEqual(fake.done.slice(2), [`publish ${NS.bookmarks} c@r`, `retract ${NS.bookmarks} a@r`])
  assert.deepEqual(await read(), ['b@r', 'c@r'])
  const xml = await legacyBookmarks(context, user, storage(URL))
  assert.equal(element(xml!).getChildren('url').length, 1)
})

test('what was there before the node comes into it', async () => {
  const { fake, tables, context, user, read } = setUp()
  tables.privately.set(PRIVATE_BOOKMARKS, storage(URL + room('old@r')))
  assert.deepEqual(await read(), ['old@r'])
  fake.nodes.set(NS.bookmarks, {
    access: 'whitelist',
    items: new Map([['new@r', el('conference', { xmlns: NS.bookmarks })]]),
  })
  assert.deepEqual(await read(), ['new@r', 'old@r'])
  await convertStored(context, user)
  assert.deepEqual(fake.idsOf(NS.bookmarks), ['new@r', 'old@r'])
  assert.equal(tables.privately.get(PRIVATE_BOOKMARKS), storage(URL))
  const before = fake.done.length
  await convertStored(context, user)
  assert.equal(fake.done.length, before)
})

test('nothing is published where others may read it', async () => {
  const { fake, tables, context, user } = setUp()
  fake.nodes.set(NS.bookmarks, { access: 'open', items: new Map() })
  tables.privately.set(PRIVATE_BOOKMARKS, storage(room('a@r')))
  await bookmarksStored(context, user, element(storage(room('a@r'))))
  assert.deepEqual([fake.idsOf(NS.bookmarks), tables.privately.get(PRIVATE_BOOKMARKS)], [[], storage(room('a@r'))])
})

test('the two nodes follow each other, and come to an end', async () => {
  const { fake, context, user } = setUp()
  const items = new Map([['current', element(storage(URL + room('a@r') + room('b@r')))]])
  fake.nodes.set(NS.bookmarksLegacy, { access: 'whitelist', items })
  const item = `<item id='current'>${storage(URL + room('a@r') + room('b@r'))}</item>`
  const news = stanza(
    `<message><event xmlns='${NS.pubsubEvent}'><items node='${NS.bookmarksLegacy}'>${item}</items></event></message>`,
  )
  await legacyNodeChanged(context, user, news)
  assert.deepEqual(fake.idsOf(NS.bookmarks), ['a@r', 'b@r'])
  await nodeChanged(context, user)
  assert.equal(fake.done.length, 2, 'the same')
  fake.nodes.get(NS.bookmarks)!.items.delete('a@r')
  await nodeChanged(context, user)
  assert.deepEqual(fake.done.slice(2), [`publish ${NS.bookmarksLegacy} current`])
  const legacy = fake.nodes.get(NS.bookmarksLegacy)!.items.get('current')!
  assert.deepEqual([...bookmarksIn(legacy).keys()], ['b@r'])
  assert.equal(legacy.getChildren('url').length, 1)
})
