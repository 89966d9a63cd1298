import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareDomain } from './domain.ts'

const vectors: ReadonlyArray<readonly [string, string | undefined]> = [
  ['example.net.', 'example.net'],
  ['A.Example.nEt.', 'a.example.net'],
  ['CaSe-InSeNsItIvE', 'case-insensitive'],
  ['localhost', 'localhost'],
  ['my_host.local', 'my_host.local'],
  ['192.168.1.1', '192.168.1.1'],
  ['1', '1'],
  ['0x7f.1', '0x7f.1'],
  ['a'.repeat(70), 'a'.repeat(70)],
  // A-labels become U-labels
  ['xn--bcher-kva.example', 'b\u00FCcher.example'],
  ['XN--BCHER-KVA.example', 'b\u00FCcher.example'],
  ['B\u00DCCHER.example', 'b\u00FCcher.example'],
  ['bu\u0308cher.example', 'b\u00FCcher.example'],
  ['fa\u00DF.de', 'fa\u00DF.de'],
  ['\u65E5\u672C\u3002jp', '\u65E5\u672C.jp'],
  ['\uFF11\uFF12.jp', '12.jp'],
  ['\uFF11', '1'],
  ['\u05D0\u05D1.example', '\u05D0\u05D1.example'],
  // refused
  ['', undefined],
  ['.', undefined],
  ['a..b', undefined],
  ['.a', undefined],
  ['a.b..', undefined],
  ['-a.b', undefined],
  ['a-.b', undefined],
  ['ab--cd.e', undefined],
  ['xn--999999999.x', undefined],
  ['xn--bcher-kva-.x', undefined],
  ['xn--a.x', undefined],
  ['\u2603.net', undefined],
  ['\u{1F37A}.net', undefined],
  ['\u05D0a.example', undefined],
  ['\u0301a.example', undefined],
  ['a\u00B7b.example', undefined],
  ['a b', undefined],
  ['a%62', undefined],
  ['%61\u00FC.example', undefined],
  ['a/\u00FC', undefined],
  ['a\uFF0F\u00FC', undefined],
  ['a:5222', undefined],
  ['a@b', undefined],
  ['a\u0000', undefined],
  // IP literals
  ['[::1]', '[::1]'],
  ['[2001:638:A000:4134:0::ffff:40]', '[2001:638:a000:4134::ffff:40]'],
  ['[::ffff:1.2.3.4]', '[::ffff:102:304]'],
  ['[127.0.0.1]', undefined],
  ['[::1', undefined],
  ['::1]', undefined],
  ['::1', undefined],
  ['[fe80::1%eth0]', undefined],
  ['[::1].', '[::1]'],
]

test('domain parts', () => {
  for (const [text, expected] of vectors) assert.equal(prepareDomain(text), expected, JSON.stringify(text))
})

test('what was prepared prepares to itself', () => {
  for (const [, expected] of vectors) if (expected !== undefined) assert.equal(prepareDomain(expected), expected)
})
