import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { FileStore } from './file-store.ts'
import { newKey } from './key.ts'
import type { UploadedFile } from './uploaded-file.ts'

/** A store whose links work: something answers them. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: FileStore
}

const MINUTE = 60_000

function fileOf(body: Uint8Array, changes: Partial<UploadedFile> = {}): UploadedFile {
  const expires = Date.now() + 10 * MINUTE
  return { key: newKey(), name: 'très cool.jpg', type: 'image/jpeg', size: body.length, expires, ...changes }
}

async function send(url: string, body: Uint8Array<ArrayBuffer>, type = 'image/jpeg'): Promise<number> {
  const response = await fetch(url, { method: 'PUT', body, headers: { 'content-type': type } })
  await response.arrayBuffer()
  return response.status
}

/** What every {@link FileStore} does. */
export function fileStoreContract(name: string, make: () => Promise<StoreUnderTest>): void {
  let made: StoreUnderTest
  let store: FileStore
  before(async () => {
    made = await make()
    store = made.store
  })
  after(() => made[Symbol.asyncDispose]())
  const soon = () => Date.now() + MINUTE

  test(`${name}: what was sent is what is read, whole and in part`, async () => {
    const body = randomBytes(700_000)
    const file = fileOf(body)
    const get = await store.getUrl(file)
    assert.equal(await store.size(file.key), undefined)
    const missing = await fetch(get)
    await missing.arrayBuffer()
    assert.equal(missing.status, 404)
    assert.ok([200, 201].includes(await send(await store.putUrl(file, soon()), body)))
    assert.equal(await store.size(file.key), body.length)
    const whole = await fetch(get)
    assert.ok(Buffer.from(await whole.arrayBuffer()).equals(body))
    assert.equal(whole.headers.get('content-type'), 'image/jpeg')
    assert.equal(whole.headers.get('content-disposition'), "inline; filename*=UTF-8''tr%C3%A8s%20cool.jpg")
    const part = await fetch(get, { headers: { range: 'bytes=10-19' } })
    assert.equal(part.status, 206)
    assert.ok(Buffer.from(await part.arrayBuffer()).equals(body.subarray(10, 20)))
    const head = await fetch(get, { method: 'HEAD' })
    assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(body.length)])
  })

  test(`${name}: an upload of another length or type, or with a changed link, is refused`, async () => {
    const body = randomBytes(1_000)
    const file = fileOf(body)
    const put = await store.putUrl(file, soon())
    const changed = put.replace(/(signature=)..../i, '$1AAAA')
    for (const attempt of [
      send(put, body.subarray(1)),
      send(put, randomBytes(1_001)),
      send(put, body, 'text/html'),
      send(changed, body),
      send(put.replace(file.key, newKey()), body),
    ]) {
      const status = await attempt
      assert.ok(status >= 400 && status < 500, String(status))
    }
    assert.equal(await store.size(file.key), undefined)
    assert.ok([200, 201].includes(await send(put, body)))
  })

  test(`${name}: any type may come where none was announced`, async () => {
    const body = randomBytes(10)
    const file = fileOf(body, { type: 'application/octet-stream' })
    assert.ok([200, 201].includes(await send(await store.putUrl(file, soon()), body, 'text/html')))
    const read = await fetch(await store.getUrl(file))
    await read.arrayBuffer()
    assert.equal(read.headers.get('content-type'), 'application/octet-stream')
    assert.match(read.headers.get('content-disposition') ?? '', /^attachment/)
  })

  test(`${name}: a removed file is gone; removing it again does nothing`, async () => {
    const body = randomBytes(10)
    const file = fileOf(body)
    await send(await store.putUrl(file, soon()), body)
    await store.remove(file.key)
    await store.remove(file.key)
    assert.equal(await store.size(file.key), undefined)
    const read = await fetch(await store.getUrl(file))
    await read.arrayBuffer()
    assert.equal(read.status, 404)
  })

  test(`${name}: what is no key reaches nothing`, async () => {
    for (const key of ['../../etc/passwd', '', 'a/b', '..']) {
      await assert.rejects(store.size(key), /not the key/)
      await assert.rejects(store.remove(key), /not the key/)
    }
  })
}
