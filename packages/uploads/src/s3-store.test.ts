import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AwsClient } from 'aws4fetch'
import { newKey } from './key.ts'
import { Links } from './links.ts'
import { S3Store } from './s3-store.ts'

const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const links = new Links('https://files.example', async () => Buffer.from('secret'))
const options = { ...keys, bucketUrl: 'https://s3.example/bucket/', region: 'eu-central-1', prefix: 'uploads/' }
const store = new S3Store(options, links)
const file = { key: newKey(), name: 'a.jpg', type: 'image/jpeg', size: 1234, expires: Date.now() + 3_600_000 }

test('the library signs as in the example that AWS publishes (Authenticating Requests: Using Query Parameters)', async () => {
  const client = new AwsClient({ ...keys, region: 'us-east-1', service: 's3' })
  const url = 'https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Expires=86400'
  const signed = await client.sign(url, { aws: { signQuery: true, datetime: '20130524T000000Z' } })
  const signature = 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404'
  assert.equal(new URL(signed.url).searchParams.get('X-Amz-Signature'), signature)
})

test('length and announced type are part of what is signed, and the address ends with the slot', async () => {
  const put = new URL(await store.putUrl(file, Date.now() + 300_000))
  assert.equal(put.origin + put.pathname, `https://s3.example/bucket/uploads/${file.key}`)
  assert.equal(put.searchParams.get('X-Amz-SignedHeaders'), 'content-length;content-type;host')
  const seconds = Number(put.searchParams.get('X-Amz-Expires'))
  assert.ok(seconds > 290 && seconds <= 300)
  const untyped = new URL(await store.putUrl({ ...file, type: 'application/octet-stream' }, Date.now() + 300_000))
  assert.equal(untyped.searchParams.get('X-Amz-SignedHeaders'), 'content-length;host')
})

test('those who read get a link of ours, which lasts longer than S3 signs', async () => {
  assert.match(
    await store.getUrl({ ...file, expires: Date.now() + 30 * 86_400_000 }),
    /^https:\/\/files\.example\/upload\//,
  )
})
