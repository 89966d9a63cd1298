import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Grant, GrantedTokens } from './grants.ts'

const VERONA = { name: 'verona', scopes: ['read', 'rooms'], domains: ['Verona.example'] }
const PASSWORD = 'a'.repeat(32)

test('a grant for some domains is for their users and rooms, whatever else a request names', () => {
  const grant = new Grant(VERONA)
  const inside: object[] = [
    { jid: 'romeo@verona.example', force: false },
    { jid: 'Romeo@VERONA.example/garden', reason: 'mantua.example' },
    { jid: 'balcony@conference.verona.example', owner: 'juliet@verona.example' },
    { jid: 'verona.example', inviter: '', days: 0 },
    { domain: 'conference.verona.example', after: 'x@mantua.example' },
  ]
  const outside: object[] = [
    {},
    { instance: 'muc-1' },
    { kind: 'user' },
    { number: 7 },
    { jid: '' },
    { domain: '', after: '' },
    { jid: 'romeo@mantua.example' },
    { jid: 'romeo@sub.verona.example' },
    { jid: 'romeo@verona.example@mantua.example' },
    { jid: 'romeo@verona.example', inviter: 'friar@mantua.example' },
    { jid: 'balcony@conference.verona.example', owner: 'friar@mantua.example' },
    { jid: 'balcony@conference.verona.example', to: 'balcony@conference.mantua.example' },
    { jid: '@verona.example' },
  ]
  for (const request of inside) assert.equal(grant.outside(request), undefined, JSON.stringify(request))
  for (const request of outside) assert.notEqual(grant.outside(request), undefined, JSON.stringify(request))
  assert.deepEqual([grant.has('rooms'), grant.has('users')], [true, false])
})

test('a grant without domains is for everything', () => {
  const grant = new Grant({ name: 'all', scopes: ['read'] })
  for (const request of [{}, { jid: '' }, { jid: 'romeo@mantua.example' }])
    assert.equal(grant.outside(request), undefined)
})

test('tokens are found by the header that holds them', () => {
  const tokens = new GrantedTokens([{ ...VERONA, password: PASSWORD }])
  const found = [`Bearer ${PASSWORD}`, `bearer  ${PASSWORD}`, `Bearer ${PASSWORD}a`, `Basic ${PASSWORD}`, undefined]
  assert.deepEqual(
    found.map((header) => tokens.find(header)).map((each) => (each instanceof Grant ? each.name : each)),
    ['verona', 'verona', undefined, 'none', 'none'],
  )
})
