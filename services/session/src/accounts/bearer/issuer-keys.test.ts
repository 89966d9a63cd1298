import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { exportJWK, generateKeyPair, type JWTVerifyGetKey, jwtVerify, SignJWT } from 'jose'
import { keysAt, keysIn } from './issuer-keys.ts'

const pairs = new Map(
  await Promise.all(
    ['one', 'two'].map(async (kid) => [kid, await generateKeyPair('ES256', { extractable: true })] as const),
  ),
)

async function setOf(...kids: readonly string[]): Promise<string> {
  const keys = await Promise.all(kids.map(async (kid) => ({ ...(await exportJWK(pairs.get(kid)!.publicKey)), kid })))
  return JSON.stringify({ keys })
}

async function verifies(keys: JWTVerifyGetKey, kid: string): Promise<string> {
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid }).sign(pairs.get(kid)!.privateKey)
  return jwtVerify(token, keys).then(
    () => 'good',
    (error: Error & { code?: string }) => error.code ?? error.message,
  )
}

async function serve(answer: () => { status?: number; body: string }): Promise<{ url: string; asked: () => number }> {
  let count = 0
  const server: Server = createServer((_request, response) => {
    count++
    const { status = 200, body } = answer()
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end(body)
  })
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`, asked: () => count }
}

test('keys are fetched once for many, and not again at once for one that is unknown', async () => {
  const body = await setOf('one')
  const { url, asked } = await serve(() => ({ body }))
  const keys = keysAt(url)
  const many = await Promise.all(Array.from({ length: 20 }, () => verifies(keys, 'one')))
  assert.deepEqual(new Set(many), new Set(['good']))
  for (let n = 0; n < 5; n++) assert.equal(await verifies(keys, 'two'), 'ERR_JWKS_NO_MATCHING_KEY')
  assert.equal(asked(), 1)
})

test('what is no set of keys is none, and another time is tried again', async () => {
  const good = await setOf('one')
  const answers = [
    { status: 500, body: good },
    { status: 302, body: good },
    { status: 204, body: '' },
    { body: 'no JSON' },
    { body: '{"keys":7}' },
    { body: `${' '.repeat(300_000)}${good}` },
  ]
  const { url } = await serve(() => answers.shift() ?? { body: good })
  const keys = keysAt(url)
  while (answers.length > 0) assert.notEqual(await verifies(keys, 'one'), 'good')
  assert.equal(await verifies(keys, 'one'), 'good')
})

test('a file is read again for a key that it did not have, but not all the time, and after ten minutes', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'keys-'))
  after(() => rm(dir, { recursive: true, force: true }))
  const path = join(dir, 'keys.json')
  let now = 0
  const keys = keysIn(path, () => now)
  assert.equal(await verifies(keys, 'one'), 'ENOENT')
  await writeFile(path, await setOf('one'))
  assert.equal(await verifies(keys, 'one'), 'good')
  await writeFile(path, await setOf('two'))
  assert.equal(await verifies(keys, 'two'), 'ERR_JWKS_NO_MATCHING_KEY')
  now = 31_000
  assert.equal(await verifies(keys, 'one'), 'good')
  assert.equal(await verifies(keys, 'two'), 'good')
  assert.equal(await verifies(keys, 'one'), 'ERR_JWKS_NO_MATCHING_KEY')
  await writeFile(path, ' '.repeat(300_000))
  now += 600_000
  assert.match(await verifies(keys, 'two'), /too long/)
})
