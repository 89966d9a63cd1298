import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_LIMITS } from '@heliograph/xml'
import fc from 'fast-check'
import { readHead } from './body-head.ts'

const read = (attributes: string, rest = '/>') =>
  readHead(Buffer.from(`<body xmlns='http://jabber.org/protocol/httpbind' ${attributes}${rest}`), DEFAULT_LIMITS)

test('attributes are read, with any prefix for those of XMPP', () => {
  const head = read(
    "rid='9007199254740991' sid='s' wait='60' hold='1' ver='1.10' content='text/xml; charset=utf-8' ack='1' pause='5'" +
      ` key='${'a'.repeat(40)}' newkey='${'B'.repeat(40)}' type='terminate' xmlns:x='urn:xmpp:xbosh' x:restart='1' route='xmpp:a:1' new='x'`,
  )
  assert.deepEqual(head, {
    rid: Number.MAX_SAFE_INTEGER,
    sid: 's',
    wait: 60,
    hold: 1,
    pause: 5,
    ack: 1,
    ver: { major: 1, minor: 10 },
    content: 'text/xml; charset=utf-8',
    key: 'a'.repeat(40),
    newKey: 'B'.repeat(40),
    terminate: true,
    restart: true,
    empty: true,
  })
})

test('numbers that are too large for anybody are cut, but for rids', () => {
  assert.equal(read("rid='1' wait='9999999999'")?.wait, 1_000_000)
  assert.equal(read("rid='9007199254740992'"), undefined)
})

for (const wrong of [
  '',
  "rid=''",
  "rid='0'",
  "rid='-1'",
  "rid='1.5'",
  "rid='0x10'",
  "rid='99999999999999999'",
  "rid='1' sid=''",
  "rid='1' wait='soon'",
  "rid='1' wait='-1'",
  "rid='1' hold=''",
  "rid='1' ver='1'",
  "rid='1' ver='1.x'",
  "rid='1' ack='x'",
  "rid='1' ack='9007199254740992'",
  "rid='1' pause='1s'",
  "rid='1' type='error'",
  "rid='1' key='short'",
  "rid='1' newkey=''",
  "rid='1' content='text/xml&#13;&#10;X: y'",
  "rid='1' content='nonsense'",
  "rid='1' xmlns:x='urn:xmpp:xbosh' x:restart='maybe'",
  "rid='1' rid='2'",
  "rid='1' x:restart='true'",
]) {
  test(`refused: ${wrong === '' ? 'no rid' : wrong}`, () => assert.equal(read(wrong), undefined))
}

test('other elements and namespaces are refused', () => {
  const ns = "xmlns='http://jabber.org/protocol/httpbind'"
  for (const xml of [
    `<bodies ${ns} rid='1'/>`,
    "<body rid='1'/>",
    "<body xmlns='jabber:client' rid='1'/>",
    'rid',
    '',
  ]) {
    assert.equal(readHead(Buffer.from(xml), DEFAULT_LIMITS), undefined)
  }
})

test('empty is what has no payload', () => {
  assert.equal(read("rid='1'", '/>')?.empty, true)
  assert.equal(read("rid='1'", '> \n</body>')?.empty, true)
  assert.equal(read("rid='1'", '><a/></body>')?.empty, false)
  assert.equal(read("rid='1'", `><a>${'x'.repeat(10_000)}</a></body>`)?.empty, false)
})

test('nothing makes it throw', () => {
  const pieces = fc.constantFrom(
    '<body ',
    "xmlns='http://jabber.org/protocol/httpbind'",
    " rid='1'",
    '>',
    '/>',
    '<a/>',
    '</body>',
    '&',
    '<!--',
    '<?xml ?>',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string())), (parts) => {
      readHead(Buffer.from(parts.join('')), DEFAULT_LIMITS)
    }),
  )
})
