import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { ensureDomain } from '@heliograph/jid'
import { unproven } from './proof.ts'

const domain = ensureDomain('montague.example')
const of = (authorized: boolean, authorizationError = '', subjectAltName = 'DNS:montague.example') =>
  unproven(
    { authorized, authorizationError, getPeerX509Certificate: () => ({ subjectAltName }) } as unknown as TLSSocket,
    domain,
  )

test('a certificate proves a domain when it is trusted, for that use, and has the name', () => {
  assert.equal(of(true), undefined)
  assert.match(of(true, '', 'DNS:capulet.example') ?? '', /isn't for montague/)
  assert.match(of(false, 'CERT_HAS_EXPIRED') ?? '', /trusted: CERT_HAS_EXPIRED$/)
  // A chain of anybody's own looks the same.
  assert.match(of(false, 'INVALID_PURPOSE') ?? '', /INVALID_PURPOSE .*clientAuth/)
})
