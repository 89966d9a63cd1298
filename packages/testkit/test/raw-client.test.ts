import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { StreamManagement } from '../src/clients/raw/stream-management.ts'
import { RawClient } from '../src/index.ts'

const HEADER = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='1'>"
const CLOSE = '</stream:stream>'

test('a client that has closed its stream answers nothing more, and its close arrives', async () => {
  await using server = await serving((text) =>
    text.includes(CLOSE) ? `<r xmlns='urn:xmpp:sm:3'/>${CLOSE}` : undefined,
  )
  const client = await server.client()
  client.sm = new StreamManagement()
  client.send('<message/>')
  await client.close()
  assert.equal(await client.ended, undefined)
  assert.match(server.heard(), /<message\/><\/stream:stream>$/)
})

test('a close that the server does not answer is told', async () => {
  await using server = await serving(() => undefined)
  const client = await server.client()
  await assert.rejects(client.close(20), /did not close/)
  await client.close()
})

/** A server that sends what `answer` says to what it has just heard, and ends after a close. */
async function serving(answer: (text: string) => string | undefined) {
  let heard = ''
  const sockets: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      const text = bytes.toString()
      heard += text
      const reply = text.includes('<?xml') ? `${HEADER}<stream:features/>` : answer(text)
      if (reply === undefined) return
      socket.write(reply)
      if (reply.endsWith(CLOSE)) socket.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    heard: () => heard,
    async client(): Promise<RawClient> {
      const client = await RawClient.connect({ port, domain: 'localhost', transport: 'tcp' })
      await client.open()
      return client
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
