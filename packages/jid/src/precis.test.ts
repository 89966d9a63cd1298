import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { classOf, opaqueString, usernameCaseMapped } from './precis.ts'

test('derived properties (RFC 8264 §8)', () => {
  const classes: Record<string, string> = {
    a: 'identifier',
    '~': 'identifier',
    ' ': 'freeform',
    '\u007F': 'disallowed',
    '\u00DF': 'identifier',
    '\u2163': 'freeform',
    '\u265A': 'freeform',
    '\u00A0': 'freeform',
    '\u00AD': 'disallowed',
    '\u01C5': 'freeform',
    '\u0640': 'disallowed',
    '\u1100': 'disallowed',
    '\u200B': 'disallowed',
    '\u3007': 'identifier',
    '\uFDD0': 'disallowed',
    '\uE000': 'disallowed',
    '\u{E0001}': 'disallowed',
    '\u{1F37A}': 'freeform',
    '\uAC00': 'identifier',
    '\u0378': 'disallowed',
  }
  for (const [character, expected] of Object.entries(classes)) {
    assert.equal(classOf(character), expected, `U+${character.codePointAt(0)?.toString(16)}`)
  }
})

test('UsernameCaseMapped (RFC 8265 §3.5 and neighbours)', () => {
  const vectors: ReadonlyArray<readonly [string, string | undefined]> = [
    ['juliet@example.com', 'juliet@example.com'],
    ['fussball', 'fussball'],
    ['fu\u00DFball', 'fu\u00DFball'],
    ['\u03C0', '\u03C0'],
    ['\u03A3', '\u03C3'],
    ['\u03C3', '\u03C3'],
    ['\u03C2', '\u03C2'],
    ['foo bar', undefined],
    ['', undefined],
    ['henry\u2163', undefined],
    ['\u221E', undefined],
    ['E\u0301ric', '\u00E9ric'],
    ['\uFF21\uFF11', 'a1'],
    ['\u3000', undefined],
    ['\u0130', 'i\u0307'],
    ['\u212B', undefined],
    // context rules
    ['l\u00B7l', 'l\u00B7l'],
    ['l\u00B7', undefined],
    ['\u0375\u03B1', '\u0375\u03B1'],
    ['\u0375a', undefined],
    ['\u05D0\u05F3', '\u05D0\u05F3'],
    ['a\u05F3', undefined],
    ['\u30A2\u30FB', '\u30A2\u30FB'],
    ['a\u30FBb', undefined],
    ['\u0915\u094D\u200D\u0937', '\u0915\u094D\u200D\u0937'],
    ['\u0915\u200D', undefined],
    ['\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645', '\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645'],
    ['\u0627\u200C\u0628', undefined],
    ['a\u200Cb', undefined],
    ['\u0628\u0661\u06F1', undefined],
    // the Bidi Rule
    ['\u05D0\u05D1', '\u05D0\u05D1'],
    ['\u05D01', '\u05D01'],
    ['1\u05D0', undefined],
    ['a\u05D0', undefined],
    ['\u05D0a', undefined],
    ['\u05D0.\u05D1', '\u05D0.\u05D1'],
    ['\u05D0.', undefined],
    ['\u0628\u0661', '\u0628\u0661'],
    ['\u0628\u06611', undefined],
    ['\u05D0\u05B7', '\u05D0\u05B7'],
  ]
  for (const [text, expected] of vectors) assert.equal(usernameCaseMapped(text), expected, JSON.stringify(text))
})

test('OpaqueString (RFC 8265 §4.3)', () => {
  const vectors: ReadonlyArray<readonly [string, string | undefined]> = [
    ['correct horse battery staple', 'correct horse battery staple'],
    ['Correct Horse Battery Staple', 'Correct Horse Battery Staple'],
    ['\u03C0\u00DF\u00E5', '\u03C0\u00DF\u00E5'],
    ['Jack of \u2666s', 'Jack of \u2666s'],
    ['foo\u1680bar', 'foo bar'],
    ['', undefined],
    ['my cat is a \u0009by', undefined],
    ['e\u0301', '\u00E9'],
    ['\u2163', '\u2163'],
    ['\uFF21', '\uFF21'],
  ]
  for (const [text, expected] of vectors) assert.equal(opaqueString(text), expected, JSON.stringify(text))
})

test('property: both profiles are idempotent', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 12 }), (text) => {
      for (const profile of [usernameCaseMapped, opaqueString]) {
        const once = profile(text)
        if (once !== undefined) assert.equal(profile(once), once)
      }
    }),
    { numRuns: 5000 },
  )
})

test('every code point of the first plane alone: idempotent under both profiles', () => {
  for (let point = 0; point < 0x10000; point++) {
    const character = String.fromCodePoint(point)
    for (const profile of [usernameCaseMapped, opaqueString]) {
      const once = profile(character)
      if (once !== undefined) assert.equal(profile(once), once, `U+${point.toString(16)}`)
    }
  }
})
