import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dial } from './dial.ts'

const { signal } = new AbortController()
const lookup = (): never => assert.fail('no name is to be looked up')

test('an address of our own network, which no look-up sees, isn’t connected to for somebody else', async () => {
  for (const host of ['127.0.0.1', '192.168.1.1', '::1'])
    await assert.rejects(dial({ host, port: 1, directTls: false }, { lookup, signal, anywhere: false }), {
      code: 'ENOTFOUND',
    })
})
