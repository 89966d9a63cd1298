import assert from 'node:assert/strict'
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { test } from 'node:test'
import type { Domain } from '@heliograph/jid'
import { type Credentials, SCRAM_HASHES, type ScramHash } from './credentials.ts'
import { keyLength } from './scram-keys.ts'

/** An implementation under test, with one account in it. */
export interface CredentialsSubject extends AsyncDisposable {
  readonly credentials: Credentials
  readonly domain: Domain
  readonly username: string
  /** ASCII, so that it is its own preparation. */
  readonly password: string
}

/** What a SCRAM client computes from a password (RFC 5802 §3). */
export function clientProof(
  password: string,
  challenge: { hash: ScramHash; salt: Buffer; iterations: number; authMessage: string },
): { proof: Buffer; serverSignature: Buffer } {
  const { hash, salt, iterations, authMessage } = challenge
  const name = hash.replace('-', '').toLowerCase()
  const hmac = (key: Buffer, data: string) => createHmac(name, key).update(data).digest()
  const salted = pbkdf2Sync(password, salt, iterations, keyLength(hash), name)
  const clientKey = hmac(salted, 'Client Key')
  const signature = hmac(createHash(name).update(clientKey).digest(), authMessage)
  const proof = Buffer.from(clientKey.map((byte, at) => byte ^ signature[at]!))
  return { proof, serverSignature: hmac(hmac(salted, 'Server Key'), authMessage) }
}

/** What every implementation of Credentials has to do. */
export function credentialsContract(name: string, make: () => Promise<CredentialsSubject>): void {
  for (const hash of SCRAM_HASHES) scramContract(name, hash, make)

  test(`${name}: checks passwords`, async () => {
    await using subject = await make()
    const { credentials, domain, username, password } = subject
    const who = { username, domain, source: '192.0.2.1' }
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(await credentials.checkPassword({ ...who, password }), { ok: true })
      const wrong = await credentials.checkPassword({ ...who, password: `${password}x` })
      assert.deepEqual(wrong, { ok: false, condition: 'not-authorized' })
    }
    const unknown = await credentials.checkPassword({ ...who, username: 'nobody', password })
    assert.deepEqual(unknown, { ok: false, condition: 'not-authorized' })
    const prohibited = await credentials.checkPassword({ ...who, password: 'a\u0007b' })
    assert.deepEqual(prohibited, { ok: false, condition: 'not-authorized' })
  })
}

function scramContract(name: string, hash: ScramHash, make: () => Promise<CredentialsSubject>): void {
  const authMessage = 'n=user,r=abc,r=abcdef,s=c2FsdA==,i=1,c=biws,r=abcdef'

  test(`${name}: proves a password by ${hash}`, async () => {
    await using subject = await make()
    const { credentials, domain, username, password } = subject
    const who = { username, domain, hash, source: '192.0.2.1' }
    const start = await credentials.scramStart(who)
    assert.ok(start.ok)
    const right = clientProof(password, { hash, ...start, authMessage })
    const finish = { ...who, handle: start.handle, authMessage }
    const accepted = await credentials.scramFinish({ ...finish, clientProof: right.proof })
    assert.deepEqual(accepted, { ok: true, serverSignature: right.serverSignature })
    const wrong = clientProof(`${password}x`, { hash, ...start, authMessage })
    for (const proof of [wrong.proof, Buffer.alloc(0), right.proof.subarray(1)]) {
      const refused = await credentials.scramFinish({ ...finish, clientProof: proof })
      assert.deepEqual(refused, { ok: false, condition: 'not-authorized' })
    }
  })

  test(`${name}: ${hash} tells an unknown user from a known one by nothing`, async () => {
    await using subject = await make()
    const { credentials, domain, username, password } = subject
    const known = await credentials.scramStart({ username, domain, hash, source: '192.0.2.1' })
    const who = { username: 'nobody', domain, hash, source: '192.0.2.1' }
    const once = await credentials.scramStart(who)
    const again = await credentials.scramStart(who)
    const other = await credentials.scramStart({ ...who, username: 'nobody2' })
    assert.ok(known.ok && once.ok && again.ok && other.ok)
    assert.deepEqual(once.salt, again.salt)
    assert.notDeepEqual(once.salt, other.salt)
    assert.equal(once.salt.length, known.salt.length)
    assert.equal(once.iterations, known.iterations)
    assert.equal(once.handle.length, known.handle.length)
    const { proof } = clientProof(password, { hash, ...once, authMessage })
    const refused = await credentials.scramFinish({ ...who, handle: once.handle, authMessage, clientProof: proof })
    assert.deepEqual(refused, { ok: false, condition: 'not-authorized' })
  })
}
