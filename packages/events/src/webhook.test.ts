import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { isSigned, SIGNATURE_HEADER } from './signature.ts'
import { webhook } from './webhook.ts'

test('events go in one signed request; the status says what became of it', async () => {
  const secret = 'a secret'
  const seen: { body: string; header: string | undefined }[] = []
  let status = 200
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    seen.push({ body, header: request.headers[SIGNATURE_HEADER] as string | undefined })
    response.writeHead(status, { location: '/elsewhere' }).end('so be it')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  const carry = webhook({ url, secret })
  const { signal } = new AbortController()
  const kinds: string[] = []
  for (status of [200, 204, 302, 400, 404, 422, 429, 500])
    kinds.push((await carry(['{"id":"1"}', '{"id":"ä"}'], signal)).kind)
  assert.deepEqual(kinds, ['taken', 'taken', 'failed', 'refused', 'failed', 'refused', 'failed', 'failed'])
  assert.equal(seen.length, 8)
  const { body, header } = seen[0]!
  assert.equal(body, '{"events":[{"id":"1"},{"id":"ä"}]}')
  assert.ok(isSigned(header, { secret, body, now: Math.floor(Date.now() / 1000) }))
  server.close()
  server.closeAllConnections()
  await once(server, 'close')
  assert.equal((await carry(['{}'], signal)).kind, 'failed')
})
