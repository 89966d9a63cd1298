import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ScramExchange } from './scram.ts'

const account = { name: 'user', password: 'pencil' }

describe('ScramExchange', () => {
  it('speaks the exchange of RFC 5802 §5', async () => {
    const scram = new ScramExchange('sha1', account, new Map(), 'fyko+d2lbbFgONRv9qkxdawL')
    assert.equal(scram.first(), 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL')
    const final = await scram.final('r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096')
    assert.equal(final, 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=')
    assert.equal(scram.verify('v=rmF9pqV8S7suAoZWja4dJRkFsKQ='), true)
    assert.equal(scram.verify('v=AAAApqV8S7suAoZWja4dJRkFsKQ='), false)
  })

  it('speaks the exchange of RFC 7677 §3', async () => {
    const scram = new ScramExchange('sha256', account, new Map(), 'rOprNGfwEbeRWgbNEkqO')
    const final = await scram.final(
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    )
    assert.match(final, /p=dHzbZapWIk4jUhN\+Ute9ytag9zjfMHgsqmmiz7AndVQ=$/)
    assert.equal(scram.verify('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='), true)
  })

  it('refuses a foreign nonce', async () => {
    const scram = new ScramExchange('sha1', account, new Map(), 'abc')
    await assert.rejects(scram.final('r=xyz,s=QSXCR+Q6sek8bf92,i=4096'), /nonce/)
  })
})
