import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readProxyHeader } from './header.ts'

const v2 = (hex: string) => Buffer.from(`0d0a0d0a000d0a515549540a${hex}`, 'hex')

const table: [string, Buffer, unknown][] = [
  [
    'v1 TCP4',
    Buffer.from('PROXY TCP4 192.0.2.7 198.51.100.1 4711 5222\r\n<stream'),
    { source: '192.0.2.7', length: 45 },
  ],
  ['v1 TCP6', Buffer.from('PROXY TCP6 2001:db8::1 2001:db8::2 4711 5222\r\n'), { source: '2001:db8::1', length: 46 }],
  ['v1 unknown', Buffer.from('PROXY UNKNOWN\r\n'), { source: undefined, length: 15 }],
  ['v1 half', Buffer.from('PROXY TCP4 192.0'), 'incomplete'],
  ['v1 first byte', Buffer.from('P'), 'incomplete'],
  ['v1 family mismatch', Buffer.from('PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n'), 'invalid'],
  ['v1 port too high', Buffer.from('PROXY TCP4 192.0.2.7 198.51.100.1 65536 5222\r\n'), 'invalid'],
  ['v1 too long', Buffer.from(`PROXY TCP4 ${' '.repeat(200)}`), 'invalid'],
  ['v1 no ports', Buffer.from('PROXY TCP4 192.0.2.7 198.51.100.1\r\n'), 'invalid'],
  ['v2 TCP4', v2('2111000cc0000207c6336401126714667f'), { source: '192.0.2.7', length: 28 }],
  [
    'v2 TCP6',
    v2(`21210024${'20010db8000000000000000000000001'.repeat(2)}12671466`),
    { source: '2001:db8:0:0:0:0:0:1', length: 52 },
  ],
  ['v2 local', v2('20000000'), { source: undefined, length: 16 }],
  ['v2 unix socket', v2('213100020000'), { source: undefined, length: 18 }],
  ['v2 half', v2('2111000cc000'), 'incomplete'],
  ['v2 signature only', v2(''), 'incomplete'],
  ['v2 wrong version', v2('1111000cc0000207c633640112671466'), 'invalid'],
  ['v2 addresses too short', v2('21110004c0000207'), 'invalid'],
  ['v2 endless', v2('2111ffff'), 'invalid'],
  ['XML', Buffer.from('<?xml'), 'invalid'],
  ['TLS', Buffer.from('16030100', 'hex'), 'invalid'],
]

for (const [name, bytes, expected] of table) {
  test(`PROXY header: ${name}`, () => assert.deepEqual(readProxyHeader(bytes), expected))
}

test('PROXY header: every prefix of a whole one is incomplete', () => {
  for (const whole of [
    Buffer.from('PROXY TCP4 192.0.2.7 198.51.100.1 4711 5222\r\n'),
    v2('2111000cc0000207c633640112671466'),
  ]) {
    for (let end = 1; end < whole.length; end++) assert.equal(readProxyHeader(whole.subarray(0, end)), 'incomplete')
    assert.notEqual(typeof readProxyHeader(whole), 'string')
  }
})
