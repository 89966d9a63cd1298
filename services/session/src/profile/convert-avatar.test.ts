import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { el, NS, type Stanza } from '@heliograph/stanza'
import { parseDocument } from '@heliograph/xml'
import { fakeContext } from '../../test/support/fake-context.ts'
import { FakeNodes, fakeTables } from '../../test/support/fake-nodes.ts'
import { makeUser, ROMEO, stanza } from '../../test/support/people.ts'
import type { SessionContext } from '../context.ts'
import { avatarPublished, publishAvatar } from './convert-avatar.ts'

const DATA = Buffer.from('a picture').toString('base64')
const ID = createHash('sha1').update('a picture').digest('hex')

function setUp(access = 'open', data = DATA) {
  const fake = new FakeNodes()
  const tables = fakeTables()
  const context = { ...fakeContext().context, ownRequests: fake.ownRequests, db: tables.db } as SessionContext
  const payload = el('data', { xmlns: NS.avatarData }, data)
  fake.nodes.set(NS.avatarData, { access, items: new Map([[ID, payload]]) })
  return { fake, tables, context, user: makeUser() }
}

function news(inside: string): Stanza {
  const metadata = `<metadata xmlns='${NS.avatarMetadata}'>${inside}</metadata>`
  return stanza(
    `<message><event xmlns='${NS.pubsubEvent}'><items node='${NS.avatarMetadata}'><item id='${ID}'>${metadata}</item></items></event></message>`,
  )
}

const info = (attributes = '') => `<info id='${ID}' bytes='9' type='image/gif'${attributes}/>`

test('an avatar that everybody may see becomes the photo of the vCard, whose rest stays', async () => {
  const { tables, context, user } = setUp()
  tables.vcards.set(ROMEO, `<vCard xmlns='vcard-temp'><FN>Romeo</FN><PHOTO><BINVAL>b2xk</BINVAL></PHOTO></vCard>`)
  await avatarPublished(context, user, news(info(" url='https://example.org/a'") + info()))
  const vcard = parseDocument(tables.vcards.get(ROMEO)!).element
  assert.equal(vcard.getChildText('FN'), 'Romeo')
  const photos = vcard.getChildren('PHOTO')
  assert.deepEqual(
    photos.map((photo) => [photo.getChildText('TYPE'), photo.getChildText('BINVAL')]),
    [['image/gif', DATA]],
  )
  assert.equal(user.avatar, ID)
  await avatarPublished(context, user, news(''))
  assert.equal(parseDocument(tables.vcards.get(ROMEO)!).element.getChild('PHOTO'), undefined)
  assert.equal(user.avatar, undefined)
})

test('one for contacts alone, and one that is not what it says, stay where they are', async () => {
  for (const { tables, context, user } of [setUp('presence'), setUp('open', 'b3RoZXI=')]) {
    await avatarPublished(context, user, news(info()))
    assert.deepEqual([tables.vcards.size, user.avatar], [0, undefined])
  }
})

test('the photo of a vCard is published: first the picture, then what it is', async () => {
  const { fake, context, user } = setUp('presence')
  fake.nodes.get(NS.avatarData)!.items.clear()
  const vcard = parseDocument(
    `<vCard xmlns='vcard-temp'><PHOTO><TYPE>image/jpeg</TYPE><BINVAL>${DATA}\n</BINVAL></PHOTO></vCard>`,
  ).element
  await publishAvatar(context, user, vcard)
  assert.deepEqual(fake.done, [`publish ${NS.avatarData} ${ID}`, `publish ${NS.avatarMetadata} ${ID}`])
  const shown = fake.nodes.get(NS.avatarMetadata)!
  const { attrs } = shown.items.get(ID)!.getChild('info')!
  assert.deepEqual([shown.access, attrs.id, attrs.bytes, attrs.type], ['open', ID, '9', 'image/jpeg'])
  await publishAvatar(context, user, parseDocument(`<vCard xmlns='vcard-temp'/>`).element)
  assert.deepEqual(shown.items.get('none')?.children, [])
})
