import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { SIGNATURE_HEADER, sign } from '@heliograph/events'
import { EventsEndpoint } from './events-endpoint.ts'

test('a source is known by its signature; what became of its item is the status', async () => {
  const asked: unknown[] = []
  let condition = ''
  const endpoint = new EventsEndpoint({
    sources: [
      { name: 'sensors', node: 'n', publisher: 'a@b', password: 'a long enough secret' },
      { name: 'by-nats', node: 'n', publisher: 'a@b', subject: 'x' },
    ],
    publisher: {
      publish: async (request) => {
        asked.push(request)
        if (condition === 'thrown') throw new Error('away')
        return { ok: condition === '', condition, item: 'i' }
      },
    },
    log: { warn: () => {} } as never,
  })
  let received = 0
  const server = createServer((request, response) => endpoint.answer(request, response, () => received++))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const post = async (path: string, { body = '{}', secret = 'a long enough secret', method = 'POST' } = {}) => {
    const headers = { [SIGNATURE_HEADER]: sign(secret, body, Math.floor(Date.now() / 1000)) }
    const sent = method === 'POST' ? { body } : {}
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, ...sent })
    return { status: response.status, answer: await response.json() }
  }
  assert.deepEqual(await post('/events/sensors'), { status: 200, answer: { item: 'i' } })
  assert.deepEqual(asked, [{ source: 'sensors', body: '{}', localOnly: false }])
  assert.equal((await post('/events/sensors', { secret: 'another one' })).status, 401)
  assert.equal((await post('/events/sensors', { method: 'GET' })).status, 405)
  for (const path of ['/events/by-nats', '/events/', '/events/other']) assert.equal((await post(path)).status, 404)
  assert.equal(asked.length, 1)
  const statuses: number[] = []
  for (condition of ['bad-request', 'forbidden', 'resource-constraint', 'not-acceptable', 'thrown'])
    statuses.push((await post('/events/sensors')).status)
  assert.deepEqual(statuses, [400, 403, 503, 422, 503])
  assert.equal(received, 7)
  assert.equal((await post('/events/sensors', { body: 'x'.repeat(131_073) })).status, 413)
  server.close()
  server.closeAllConnections()
})
