import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostMeta } from './host-meta.ts'

const at = { domains: ['example.com'], port: 5443, path: '/xmpp-websocket' }
const get = (url: string, host?: string) =>
  hostMeta({ method: 'GET', url, headers: host === undefined ? {} : { host } }, at)

test('host-meta names the WebSocket under the host that was asked', () => {
  const page = get('/.well-known/host-meta', 'chat.example.com:5280')
  assert.equal(page?.type, 'application/xrd+xml')
  assert.match(
    page.body,
    /rel='urn:xmpp:alt-connections:websocket' href='wss:\/\/chat\.example\.com:5443\/xmpp-websocket'/,
  )
})

test('host-meta.json says the same', () => {
  const page = get('/.well-known/host-meta.json?x', 'chat.example.com')
  assert.deepEqual(JSON.parse(page!.body), {
    links: [{ rel: 'urn:xmpp:alt-connections:websocket', href: 'wss://chat.example.com:5443/xmpp-websocket' }],
  })
})

test('a host that is none is replaced by the default domain', () => {
  assert.match(get('/.well-known/host-meta', '"><script>')!.body, /wss:\/\/example\.com:5443/)
  assert.match(get('/.well-known/host-meta')!.body, /wss:\/\/example\.com:5443/)
})

test('nothing else is answered', () => {
  assert.equal(get('/'), undefined)
  assert.equal(hostMeta({ method: 'POST', url: '/.well-known/host-meta', headers: {} }, at), undefined)
})
