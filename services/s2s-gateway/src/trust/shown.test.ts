import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect, createServer } from 'node:tls'
import { ensureSelfSigned } from '@heliograph/certificates'
import { shownBy } from './shown.ts'

test('what a peer has shown is known as often as one asks', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'hg-shown-'))
  const { cert } = await ensureSelfSigned({ directory, domains: ['theirs.example'] })
  const pem = await readFile(cert)
  await rm(directory, { recursive: true })
  const server = createServer({ cert: pem, key: pem }, (socket) => socket.end()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = connect({ host: '127.0.0.1', port, rejectUnauthorized: false })
  await once(client, 'secureConnect')
  for (let i = 0; i < 2; i++)
    assert.deepEqual(
      shownBy(client).map(({ subject }) => subject),
      ['CN=theirs.example'],
    )
  client.destroy()
  server.close()
})
