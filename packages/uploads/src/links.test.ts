import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newKey } from './key.ts'
import { Links } from './links.ts'

const BASE = 'https://files.example'
const links = new Links(BASE, async () => Buffer.from('secret'))
const others = new Links(BASE, async () => Buffer.from('another'))
const now = Date.now()
const file = { key: newKey(), name: 'très cool & more.jpg', type: 'image/jpeg', size: 1234, expires: now + 60_000 }
const path = (url: string) => url.slice(BASE.length)

test('a link permits what it was made for, and is written as RFC 3986 wants it', async () => {
  const [put, get] = [await links.put(file, now + 1000), await links.get(file)]
  assert.match(put, /^https:\/\/files\.example\/upload\/[\w-]{22}\/tr%C3%A8s%20cool%20%26%20more\.jpg\?[!-~]+$/)
  assert.deepEqual(await links.read('PUT', path(put), now), { method: 'PUT', file })
  assert.deepEqual(await links.read('GET', path(get), now), { method: 'GET', file })
  assert.deepEqual(await links.read('HEAD', path(get), now), { method: 'GET', file })
})

test('nothing else: other methods, changed values, other secrets', async () => {
  const [put, get] = [await links.put(file, now + 1000), await links.get(file)]
  const forged: [string, string][] = [
    ['GET', path(put)],
    ['PUT', path(get)],
    ['DELETE', path(put)],
    ['PUT', path(await others.put(file, now + 1000))],
    ['PUT', path(put).replace('size=1234', 'size=12345')],
    ['PUT', path(put).replace('image%2Fjpeg', 'text%2Fhtml')],
    ['PUT', path(put).replace('cool', 'cold')],
    ['PUT', path(put).replace(/until=\d+/, `until=${now + 99_999}`)],
    ['PUT', path(put).replace(file.key, newKey())],
    ['GET', path(get).replace(/expires=\d+/, `expires=${now + 99_999_999}`)],
    ['GET', path(get).replace(/signature=.*/, 'signature=')],
    ['GET', path(get).replace(/&signature=.*/, '')],
    ['GET', `/upload/${file.key}/../../../etc/passwd?size=1&expires=${now + 9}&signature=x`],
    ['GET', `/upload/..%2f..%2fetc/passwd?size=1&expires=${now + 9}&signature=x`],
    ['GET', `/upload/${file.key}/%ff?size=1&expires=${now + 9}&signature=x`],
    ['GET', '/upload/'],
    ['GET', `/upload/${'x'.repeat(10_000)}`],
  ]
  for (const [method, url] of forged) assert.equal(await links.read(method, url, now), 'forged', url)
})

test('links end: the one for the upload, and the file with all of its links', async () => {
  const [put, get] = [await links.put(file, now + 1000), await links.get(file)]
  assert.equal(await links.read('PUT', path(put), now + 1000), 'expired')
  assert.equal(await links.read('GET', path(get), file.expires), 'expired')
  const ephemeral = await links.put({ ...file, expires: now + 500 }, now + 1000)
  assert.equal(await links.read('PUT', path(ephemeral), now + 600), 'expired')
})
