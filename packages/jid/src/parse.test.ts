import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bareOf, domainOf, isBare, isFull, localOf, resourceOf } from './jid.ts'
import { makeJid, parseBare, parseDomain, parseFull, parseJid, withResource } from './parse.ts'

/** Text → canonical text; undefined means refused. */
const vectors: ReadonlyArray<readonly [string, string | undefined]> = [
  // RFC 7622 §3.5 table 1
  ['juliet@example.com', 'juliet@example.com'],
  ['juliet@example.com/foo', 'juliet@example.com/foo'],
  ['juliet@example.com/foo bar', 'juliet@example.com/foo bar'],
  ['juliet@example.com/foo@bar', 'juliet@example.com/foo@bar'],
  ['foo\\20bar@example.com', 'foo\\20bar@example.com'],
  ['fussball@example.com', 'fussball@example.com'],
  ['fu\u00DFball@example.com', 'fu\u00DFball@example.com'],
  ['\u03C0@example.com', '\u03C0@example.com'],
  ['\u03A3@example.com/foo', '\u03C3@example.com/foo'],
  ['\u03C3@example.com/foo', '\u03C3@example.com/foo'],
  ['\u03C2@example.com/foo', '\u03C2@example.com/foo'],
  ['king@example.com/\u265A', 'king@example.com/\u265A'],
  ['example.com', 'example.com'],
  ['example.com/foobar', 'example.com/foobar'],
  ['a.example.com/b@example.net', 'a.example.com/b@example.net'],
  // RFC 7622 §3.5 table 2 (less the leading space in a resource: erratum 4560)
  ['"juliet"@example.com', undefined],
  ['foo bar@example.com', undefined],
  ['juliet@example.com/', undefined],
  ['@example.com/', undefined],
  ['henry\u2163@example.com', undefined],
  ['\u265A@example.com', undefined],
  ['juliet@', undefined],
  ['/foobar', undefined],
  ['juliet@example.com/ foo', 'juliet@example.com/ foo'],
  // separators
  ['', undefined],
  ['@', undefined],
  ['/', undefined],
  ['@/', undefined],
  ['@server', undefined],
  ['@server/resource', undefined],
  ['node@/server', undefined],
  ['user@@host', undefined],
  ['user@@host/resource', undefined],
  ['username@example.org@example.org', undefined],
  ['server/resource@foo/bar', 'server/resource@foo/bar'],
  ['mercutio@example.net//@//', 'mercutio@example.net//@//'],
  ['mercutio@example.net/@', 'mercutio@example.net/@'],
  // characters
  ['jul\u0001iet@example.com', undefined],
  ['b&d@example.net', undefined],
  ["b'd@example.net", undefined],
  ['b:d@example.net', undefined],
  ['b<d@example.net', undefined],
  ['b>d@example.net', undefined],
  ['xsf@muc.xmpp.org/\u061Cx', undefined],
  ['user@example.org/\u{1F37A}', 'user@example.org/\u{1F37A}'],
  ['\uD800@example.org', undefined],
  ['user@example.org/\uDC00', undefined],
  // case
  ['Juliet@Example.COM/Balcony', 'juliet@example.com/Balcony'],
  ['\uFF2A\uFF35@example.com', 'ju@example.com'],
]

test('published vectors', () => {
  for (const [text, expected] of vectors) assert.equal(parseJid(text), expected, JSON.stringify(text))
})

test('each part may have 1023 bytes and no more', () => {
  assert.ok(parseJid(`${'a'.repeat(1023)}@example.com`))
  assert.equal(parseJid(`${'a'.repeat(1024)}@example.com`), undefined)
  assert.ok(parseJid(`a@example.com/${'\u00E9'.repeat(511)}`))
  assert.equal(parseJid(`a@example.com/${'\u00E9'.repeat(512)}`), undefined)
  assert.equal(parseJid('a'.repeat(1024)), undefined)
})

test('forms', () => {
  assert.equal(parseBare('a@b/c'), undefined)
  assert.equal(parseBare('A@b'), 'a@b')
  assert.equal(parseFull('a@b'), undefined)
  assert.equal(parseFull('b/c@d'), 'b/c@d')
  assert.equal(parseDomain('a@b'), undefined)
  assert.equal(parseDomain('B.'), 'b')
  assert.equal(makeJid('', 'b', 'r'), 'b/r')
  assert.equal(makeJid('a@b', 'c'), undefined)
  assert.equal(makeJid('a', 'b/c'), undefined)
  assert.equal(makeJid('e', '[example.net]'), undefined)
  const bare = parseBare('a@b')
  assert.ok(bare)
  assert.equal(withResource(bare, 'R\u00A0x'), 'a@b/R x')
  assert.equal(withResource(bare, ''), undefined)
})

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ maxLength: 60 }),
)
const addressLike = fc
  .tuple(anyText, fc.constantFrom('example.com', 'B\u00DCcher.example', '[::1]', 'xn--bcher-kva.example'), anyText)
  .map(([local, domain, resource]) => `${local}@${domain}/${resource}`)

test('property: parsing never throws, is idempotent, and its parts put together give the same address', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, addressLike), (text) => {
      const jid = parseJid(text)
      if (jid === undefined) return
      assert.equal(parseJid(jid), jid)
      const resource = resourceOf(jid)
      assert.equal(makeJid(localOf(jid), domainOf(jid), resource === '' ? undefined : resource), jid)
      assert.equal(parseJid(bareOf(jid)), bareOf(jid))
      assert.equal(isBare(jid), !isFull(jid))
    }),
    { numRuns: 3000 },
  )
})
