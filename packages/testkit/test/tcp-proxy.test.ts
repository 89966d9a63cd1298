import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { TcpProxy } from '../src/index.ts'

/** A server that sends back what it gets, behind a proxy. */
async function echo(path?: string) {
  const stack = new AsyncDisposableStack()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  if (path === undefined) server.listen(0, '127.0.0.1')
  else server.listen(path)
  await once(server, 'listening')
  stack.defer(() => void server.close())
  stack.defer(() => {
    for (const socket of sockets) socket.destroy()
  })
  const place = path === undefined ? { host: '127.0.0.1', port: (server.address() as AddressInfo).port } : { path }
  const proxy = stack.use(await TcpProxy.start(place))
  const client = async () => {
    const socket = connect({ host: '127.0.0.1', port: proxy.port })
    await once(socket, 'connect')
    stack.defer(() => void socket.destroy())
    let heard = ''
    socket.on('data', (bytes) => {
      heard += bytes
    })
    return { socket, heard: () => heard }
  }
  return { proxy, client, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

async function until(holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !holds(); await new Promise((resolve) => setTimeout(resolve, 5)))
    assert.ok(Date.now() < end)
}

test('what is held arrives when the proxy is healed, in order; and what is slowed later, in order', async () => {
  await using site = await echo()
  const { socket, heard } = await site.client()
  socket.write('a')
  await until(() => heard() === 'a')
  site.proxy.hold()
  socket.write('b')
  const late = await site.client()
  late.socket.write('late')
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.deepEqual([heard(), late.heard()], ['a', ''])
  site.proxy.heal()
  await until(() => heard() === 'ab' && late.heard() === 'late')
  site.proxy.slow(50, 20)
  const since = performance.now()
  for (const letter of 'cdefgh') {
    socket.write(letter)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await until(() => heard() === 'abcdefgh')
  // There and back.
  assert.ok(performance.now() - since >= 100)
})

for (const path of [undefined, join(tmpdir(), `hg-proxy-${process.pid}`)])
  test(`a cut ends connections and each new one, until the proxy is healed: ${path ? 'socket' : 'TCP'}`, async () => {
    await using site = await echo(path)
    const { socket } = await site.client()
    const lost = once(socket, 'close').catch(() => {})
    socket.on('error', () => {})
    site.proxy.cut()
    await lost
    const refused = connect({ host: '127.0.0.1', port: site.proxy.port })
    refused.on('error', () => {})
    await new Promise((resolve) => refused.once('close', resolve))
    site.proxy.heal()
    const again = await site.client()
    again.socket.write('again')
    await until(() => again.heard() === 'again')
  })

test('much is passed on whole, also to who reads slowly', async () => {
  await using site = await echo()
  const { socket, heard } = await site.client()
  const much = 'x'.repeat(8_000_000)
  socket.write(much)
  socket.pause()
  await new Promise((resolve) => setTimeout(resolve, 100))
  socket.resume()
  await until(() => heard().length === much.length)
})
