import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeOf, throughProxy } from './network.ts'

test('servers are found at their ports, and a private Postgres at its socket', () => {
  assert.deepEqual(placeOf('nats://127.0.0.1:4333'), { host: '127.0.0.1', port: 4333 })
  assert.deepEqual(placeOf('redis://localhost'), { host: 'localhost', port: 6379 })
  assert.deepEqual(placeOf('postgresql://heliograph@%2Ftmp%2Fpg.sock/db'), { path: '/tmp/pg.sock/.s.PGSQL.5432' })
})

test('by way of a proxy an address has another port, and the rest of what it had', () => {
  assert.equal(throughProxy('redis://127.0.0.1:7000', 1), 'redis://127.0.0.1:1')
  assert.equal(
    throughProxy('postgresql://me:secret@db:5432/test?a=b', 2),
    'postgresql://me:secret@127.0.0.1:2/test?a=b',
  )
  assert.equal(throughProxy('postgresql://heliograph@%2Ftmp%2Fpg/db', 3), 'postgresql://heliograph@127.0.0.1:3/db')
})
