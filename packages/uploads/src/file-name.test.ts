import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cleanFileName } from './file-name.ts'

test('names stay what they are, as far as they are harmless', () => {
  for (const [given, expected] of [
    ['très cool.jpg', 'très cool.jpg'],
    ['世界.tar.gz', '世界.tar.gz'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\a.txt', 'a.txt'],
    ['..', 'file'],
    ['', 'file'],
    ['/', 'file'],
    ['.htaccess', 'htaccess'],
    ['a\u202egpj.exe', 'a_gpj.exe'],
    ['line\r\nbreak\0.png', 'line_break_.png'],
    ['"quoted"; x=y.txt', '_quoted_; x=y.txt'],
    ['e\u0301.txt', '\u00e9.txt'],
  ] as const) {
    assert.equal(cleanFileName(given), expected, given)
  }
  const long = cleanFileName(`${'ä'.repeat(500)}.jpeg`)
  assert.ok(long.endsWith('ä.jpeg') && Buffer.byteLength(long) <= 160)
})

test('whatever is given, the name is one, and cleaning it again changes nothing', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), (given) => {
      const name = cleanFileName(given)
      assert.ok(name.length > 0 && Buffer.byteLength(name) <= 160)
      assert.doesNotMatch(name, /[/\\\p{Cc}]|^\./u)
      assert.equal(decodeURIComponent(encodeURIComponent(name)), name)
      assert.equal(cleanFileName(name), name)
    }),
    { seed: 363 },
  )
})
