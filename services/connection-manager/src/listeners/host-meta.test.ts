import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDocument } from '@heliograph/xml'
import { hostMeta, type PageRequest, type PublicPlace } from './host-meta.ts'

const PLACE: PublicPlace = {
  domains: ['capulet.example', 'montague.example'],
  port: 5443,
  tlsPort: 5223,
  webSocket: '/xmpp-websocket',
  bosh: '/http-bind',
  publicUrl: undefined,
  publicAddresses: [],
}

interface Link {
  readonly rel: string
  readonly href: string
}

function page(suffix: string, request: Partial<PageRequest> = {}, place: Partial<PublicPlace> = {}) {
  const path = `/.well-known/host-meta${suffix}`
  return hostMeta({ method: 'GET', path, host: undefined, proxied: false, ...request }, { ...PLACE, ...place })
}

function json(request: Partial<PageRequest> = {}, place: Partial<PublicPlace> = {}) {
  return JSON.parse(page('.json', request, place)!.body) as { xmpp?: object; links: Link[] }
}

const hrefs = (...given: Parameters<typeof json>) => json(...given).links.map(({ href }) => href)

test('the links name the host that was asked and the port of HTTPS', () => {
  const host = 'chat.example:5280'
  const links = ['wss://chat.example:5443/xmpp-websocket', 'https://chat.example:5443/http-bind']
  assert.deepEqual(hrefs({ host }), links)
  assert.deepEqual(
    json({ host }).links.map(({ rel }) => rel),
    ['urn:xmpp:alt-connections:websocket', 'urn:xmpp:alt-connections:xbosh'],
  )
  const xrd = parseDocument(page('', { host })!.body)
  assert.equal(xrd.namespace, 'http://docs.oasis-open.org/ns/xri/xrd-1.0')
  assert.deepEqual(
    xrd.element.getChildren('Link').map(({ attrs }) => attrs.href),
    links,
  )
})

test('behind a proxy it is the proxy’s port', () => {
  assert.deepEqual(hrefs({ host: 'chat.example', proxied: true })[0], 'wss://chat.example/xmpp-websocket')
  assert.deepEqual(hrefs({ host: 'chat.example:8443', proxied: true })[1], 'https://chat.example:8443/http-bind')
  assert.deepEqual(hrefs({ host: 'chat.example' }, { port: 0 })[1], 'https://chat.example/http-bind')
})

test('what is configured goes before what was asked', () => {
  assert.deepEqual(hrefs({ host: 'x' }, { publicUrl: 'https://web.example:444/im/' }), [
    'wss://web.example:444/im/xmpp-websocket',
    'https://web.example:444/im/http-bind',
  ])
})

test('a host that is none is not repeated', () => {
  for (const host of ['a/b', "'><script>", 'a b', '', 'a:b']) {
    assert.equal(hrefs({ host })[0], 'wss://capulet.example:5443/xmpp-websocket')
  }
})

test('with addresses the page says everything (XEP-0487)', () => {
  const publicAddresses = ['192.0.2.1', '2001:db8::1']
  const { xmpp, links } = json({ host: 'montague.example' }, { publicAddresses })
  assert.deepEqual(xmpp, { ttl: 3600 })
  const common = { weight: 50, ips: publicAddresses, sni: 'montague.example' }
  assert.deepEqual(links, [
    { rel: 'urn:xmpp:alt-connections:tls', port: 5223, priority: 10, ...common },
    {
      rel: 'urn:xmpp:alt-connections:websocket',
      href: 'wss://montague.example:5443/xmpp-websocket',
      priority: 20,
      ...common,
    },
    { rel: 'urn:xmpp:alt-connections:xbosh', href: 'https://montague.example:5443/http-bind', priority: 30, ...common },
  ])
  const fewer = json({ host: '[::1]' }, { publicAddresses, tlsPort: 0 })
  assert.deepEqual(
    fewer.links.map((link) => (link as Link & { sni: string }).sni),
    ['capulet.example', 'capulet.example'],
  )
})

test('no host makes it throw', () => {
  const publicAddresses = ['192.0.2.1']
  for (const host of ['...', '1.2.3.999', '[:]', '[1.2.3.4]:99999', 'a:99999', '-', '.']) {
    for (const proxied of [true, false]) assert.equal(json({ host, proxied }, { publicAddresses }).links.length, 3)
  }
})

test('anything else is not found', () => {
  assert.equal(page('.xml'), undefined)
  assert.equal(page('', { method: 'POST' }), undefined)
  assert.equal(page('', { path: '/' }), undefined)
})
