import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { escapeLocal, unescapeLocal } from './escape.ts'
import { prepareLocal } from './local.ts'

/** XEP-0106 §5.1 */
const examples: ReadonlyArray<readonly [string, string]> = [
  ['space cadet', 'space\\20cadet'],
  ['call me "ishmael"', 'call\\20me\\20\\22ishmael\\22'],
  ['at&t guy', 'at\\26t\\20guy'],
  ["d'artagnan", 'd\\27artagnan'],
  ['/.fanboy', '\\2f.fanboy'],
  ['::foo::', '\\3a\\3afoo\\3a\\3a'],
  ['<foo>', '\\3cfoo\\3e'],
  ['user@host', 'user\\40host'],
  ['c:\\net', 'c\\3a\\net'],
  ['c:\\\\net', 'c\\3a\\\\net'],
  ['c:\\cool stuff', 'c\\3a\\cool\\20stuff'],
  ['c:\\5commas', 'c\\3a\\5c5commas'],
  ['\\3and\\2is\\5cool', '\\5c3and\\2is\\5c5cool'],
  ['\\2plus\\2is\\4', '\\2plus\\2is\\4'],
  ['foo\\bar', 'foo\\bar'],
  ['foob\\41r', 'foob\\41r'],
]

test('XEP-0106 examples, both ways', () => {
  for (const [name, local] of examples) {
    assert.equal(escapeLocal(name), local)
    assert.equal(unescapeLocal(local), name)
  }
})

test('spaces at the ends have no escape', () => {
  assert.equal(escapeLocal(' a'), undefined)
  assert.equal(escapeLocal('a '), undefined)
  assert.equal(unescapeLocal('\\20a\\20'), '\\20a\\20')
})

test('property: escaping is reversible and gives a valid local part', () => {
  const name = fc.string({ unit: fc.constantFrom(...' "&\'/:<>@\\abc0234567'), minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(name, (text) => {
      const local = escapeLocal(text)
      if (local === undefined) return
      assert.equal(unescapeLocal(local), text)
      assert.equal(prepareLocal(local), local)
    }),
    { numRuns: 2000 },
  )
})
