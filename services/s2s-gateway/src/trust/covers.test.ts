import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureDomain } from '@heliograph/jid'
import { covers } from './covers.ts'
import { namesIn } from './names.ts'

const CASES: readonly [alternatives: string | undefined, domain: string, covered: boolean][] = [
  ['DNS:montague.example', 'montague.example', true],
  ['DNS:Montague.Example', 'montague.example', true],
  ['DNS:montague.example', 'rooms.montague.example', false],
  ['DNS:*.montague.example', 'rooms.montague.example', true],
  ['DNS:*.montague.example', 'a.rooms.montague.example', false],
  ['DNS:*.montague.example', 'montague.example', false],
  ['DNS:*.example', 'montague.example', false],
  ['DNS:r*.montague.example', 'rooms.montague.example', false],
  ['DNS:capulet.example, IP Address:10.0.0.1, DNS:montague.example', 'montague.example', true],
  ['othername: SRVName:_xmpp-server.montague.example', 'montague.example', true],
  ['othername:SRVName:_xmpp-server.montague.example', 'montague.example', true],
  ['othername: SRVName:_xmpp-client.montague.example', 'montague.example', false],
  ['othername: XmppAddr:montague.example', 'montague.example', true],
  ['othername: XmppAddr:romeo@montague.example', 'montague.example', false],
  ['DNS:xn--mnchen-3ya.example', 'münchen.example', true],
  ['URI:"http://x, DNS:montague.example"', 'montague.example', false],
  ['DNS:"montague.example\\u0000.evil.example"', 'montague.example', false],
  ['email:DNS:montague.example', 'montague.example', false],
  [undefined, 'montague.example', false],
  ['', 'montague.example', false],
]

for (const [alternatives, domain, covered] of CASES) {
  test(`${alternatives} is ${covered ? '' : 'not '}for ${domain}`, () => {
    assert.equal(covers(alternatives, ensureDomain(domain)), covered)
  })
}

test('entries of each kind are told apart', () => {
  assert.deepEqual(namesIn('DNS:a, URI:"x, y", othername: XmppAddr:b, email:c, othername: SRVName:"_xmpp-server.d"'), {
    dns: ['a'],
    srv: ['_xmpp-server.d'],
    xmpp: ['b'],
  })
})
