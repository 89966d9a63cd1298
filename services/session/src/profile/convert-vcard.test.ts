import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NS, type Stanza } from '@heliograph/stanza'
import { type Element, parseDocument, serialize } from '@heliograph/xml'
import fc from 'fast-check'
import { fakeContext } from '../../test/support/fake-context.ts'
import { FakeNodes, fakeTables } from '../../test/support/fake-nodes.ts'
import { makeUser, ROMEO, stanza } from '../../test/support/people.ts'
import type { SessionContext } from '../context.ts'
import { publishVCard, vcardPublished } from './convert-vcard.ts'
import { card4Of, type Field, readCard4, readTemp, tempOf } from './vcard-fields.ts'

const parse = (xml: string): Element => parseDocument(xml).element
const temp = (inside: string) => `<vCard xmlns='vcard-temp'>${inside}</vCard>`
const card4 = (inside: string) => `<vcard xmlns='${NS.vcard4}'>${inside}</vcard>`

function setUp(access = 'open') {
  const fake = new FakeNodes()
  const tables = fakeTables()
  const context = { ...fakeContext().context, ownRequests: fake.ownRequests, db: tables.db } as SessionContext
  fake.nodes.set(NS.vcard4Node, { access, items: new Map() })
  return { fake, tables, context, user: makeUser() }
}

function news(inside: string): Stanza {
  const items = `<items node='${NS.vcard4Node}'><item id='a'>${card4(inside)}</item></items>`
  return stanza(`<message><event xmlns='${NS.pubsubEvent}'>${items}</event></message>`)
}

const TEMP =
  '<FN>Romeo</FN><N><FAMILY>Montague</FAMILY><GIVEN>Romeo</GIVEN></N><TEL><HOME/><CELL/><NUMBER>+39-045-1</NUMBER></TEL>' +
  '<EMAIL><WORK/><USERID>r@verona.example</USERID></EMAIL><JABBERID>romeo@montague.example</JABBERID>' +
  '<ORG><ORGNAME>Montague</ORGNAME><ORGUNIT>Sons</ORGUNIT></ORG><ADR><HOME/><LOCALITY>Verona</LOCALITY></ADR><DESC>In love</DESC>'
const CARD4 =
  '<fn><text>Romeo</text></fn><n><surname>Montague</surname><given>Romeo</given><additional/><prefix/><suffix/></n>' +
  '<tel><parameters><type><text>cell</text><text>home</text></type></parameters><uri>tel:+39-045-1</uri></tel>' +
  '<email><parameters><type><text>work</text></type></parameters><text>r@verona.example</text></email>' +
  '<impp><uri>xmpp:romeo@montague.example</uri></impp><org><text>Montague</text><text>Sons</text></org>' +
  '<adr><parameters><type><text>home</text></type></parameters><pobox/><ext/><street/><locality>Verona</locality><region/><code/><country/></adr>' +
  '<note><text>In love</text></note>'

test('each format in the other', () => {
  assert.equal(serialize(tempOf(readCard4(parse(card4(CARD4))), NS.vcardTemp)), serialize(parse(temp(TEMP))))
  assert.equal(serialize(card4Of(readTemp(parse(temp(TEMP))), NS.vcard4)), serialize(parse(card4(CARD4))))
})

const PLAIN = { noNullPrototype: true } as const

test('whatever is said in one of them is the same after it was said in the other', () => {
  const word = fc
    .string({ minLength: 1, maxLength: 20 })
    .map((text) => text.replaceAll(/[^\p{L}\p{N} .@<&>'+-]/gu, 'x').trim() || 'x')
  const one = (name: string) =>
    fc.record({ name: fc.constant(name), types: fc.constant([]), values: fc.tuple(word) }, PLAIN)
  const field: fc.Arbitrary<Field> = fc.oneof(
    ...['fn', 'nickname', 'bday', 'impp', 'tz', 'title', 'role', 'note', 'url'].map(one),
    fc.record({ name: fc.constant('tel'), types: fc.subarray(['cell', 'fax', 'home']), values: fc.tuple(word) }, PLAIN),
    fc.record(
      { name: fc.constant('n'), types: fc.constant([]), values: fc.tuple(word, word, word, word, word) },
      PLAIN,
    ),
    fc.record(
      { name: fc.constant('categories'), types: fc.constant([]), values: fc.array(word, { minLength: 1 }) },
      PLAIN,
    ),
  )
  fc.assert(
    fc.property(fc.array(field), (fields) => {
      const card = { fields, others: [] }
      assert.deepEqual(readTemp(parse(serialize(tempOf(card, NS.vcardTemp)))).fields, fields)
      assert.deepEqual(readCard4(parse(serialize(card4Of(card, NS.vcard4)))).fields, fields)
    }),
  )
})

test('a vCard4 that everybody may see becomes the vcard-temp, whose photo stays', async () => {
  const { tables, context, user } = setUp()
  tables.vcards.set(ROMEO, temp('<FN>Nobody</FN><PHOTO><BINVAL>b2xk</BINVAL></PHOTO>'))
  await vcardPublished(context, user, news('<fn><text>Romeo</text></fn><gender><sex><text>M</text></sex></gender>'))
  const vcard = parse(tables.vcards.get(ROMEO)!)
  assert.deepEqual([vcard.getChildText('FN'), vcard.getChild('PHOTO')?.getChildText('BINVAL')], ['Romeo', 'b2xk'])
})

test('one for contacts alone stays where it is, and one that says the same changes nothing', async () => {
  const { tables, context, user } = setUp('presence')
  await vcardPublished(context, user, news(CARD4))
  assert.equal(tables.vcards.size, 0)
  const open = setUp()
  const stored = temp(`${TEMP}<UID>7</UID>`)
  open.tables.vcards.set(ROMEO, stored)
  await vcardPublished(open.context, open.user, news(CARD4))
  assert.equal(open.tables.vcards.get(ROMEO), stored)
})

test('a vcard-temp is published with what only a vCard4 says as it was', async () => {
  const { fake, context, user } = setUp('presence')
  const { items } = fake.nodes.get(NS.vcard4Node)!
  items.set(
    'mine',
    parse(card4('<fn><text>R</text></fn><lang><language-tag>it</language-tag></lang><impp><uri>sip:r@x</uri></impp>')),
  )
  await publishVCard(context, user, parse(temp('<FN>Romeo</FN><UID>7</UID>')))
  const published = items.get('mine')!
  assert.deepEqual(
    [published.getChild('fn')?.getChildText('text'), published.getChildElements().map(({ name }) => name)],
    ['Romeo', ['fn', 'lang', 'impp']],
  )
  await publishVCard(context, user, parse(temp('<FN>Romeo</FN>')))
  assert.deepEqual(fake.done, [`publish ${NS.vcard4Node} mine`])
  const other = setUp()
  other.fake.nodes.clear()
  await publishVCard(other.context, other.user, parse(temp('<PHOTO/>')))
  assert.deepEqual(other.fake.done, [])
})
