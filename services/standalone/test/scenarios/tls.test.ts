/** CORE-05, CORE-06: TLS before anything else. */
import assert from 'node:assert/strict'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { bothModes, RawClient, type Site } from '@heliograph/testkit'

const scenario = await bothModes()
const NS_TLS = 'urn:ietf:params:xml:ns:xmpp-tls'
const NS_SASL = 'urn:ietf:params:xml:ns:xmpp-sasl'

scenario('without TLS nothing is offered but TLS, and nobody is authenticated', async (site) => {
  const juliet = await site.person('juliet')
  await using client = await RawClient.connect(site.at(0, 'tcp'))
  const features = await client.open()
  assert.ok(features.getChild('starttls', NS_TLS)?.getChild('required'))
  assert.equal(features.getChild('mechanisms', NS_SASL), undefined)
  const plain = Buffer.from(`\0${juliet.user}\0${juliet.password}`).toString('base64')
  client.send(`<auth xmlns='${NS_SASL}' mechanism='PLAIN'>${plain}</auth>`)
  const failure = await client.expect('failure')
  assert.ok(failure.getChild('encryption-required'), String(failure))
  client.send(`<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>`)
  const error = await client.expect('error')
  assert.ok(error.getChild('policy-violation') ?? error.getChild('not-authorized'), String(error))
  await client.ended
})

scenario('a certificate for the domain is shown on every listener', async (site) => {
  for (const transport of ['starttls', 'tls', 'wss'] as const) {
    await using client = await RawClient.connect(site.at(1, transport)) // RawClient checks it against the site's authority
    assert.ok(await client.open())
  }
})

scenario('old TLS is refused; ALPN finds the XMPP listener', async (site) => {
  await assert.rejects(handshake(site, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }))
  const chosen = await handshake(site, { ALPNProtocols: ['xmpp-client'] })
  assert.equal(chosen.alpnProtocol, 'xmpp-client')
  assert.equal(chosen.getProtocol(), 'TLSv1.3')
  chosen.destroy()
  const older = await handshake(site, { maxVersion: 'TLSv1.2' })
  assert.equal(older.getProtocol(), 'TLSv1.2')
  older.destroy()
  // XEP-0368 §4: what speaks another protocol is turned away in the handshake.
  await assert.rejects(handshake(site, { ALPNProtocols: ['xmpp-server'] }))
})

scenario('bytes that follow <starttls/> in the clear are not read as if they were encrypted', async (site) => {
  await using client = await RawClient.connect(site.at(0, 'tcp'))
  await client.open()
  client.send(`<starttls xmlns='${NS_TLS}'/><iq type='get' id='smuggled'><ping xmlns='urn:xmpp:ping'/></iq>`)
  await client.expect('proceed')
  await client.expectNone('iq', 200)
})

function handshake(site: Site, options: ConnectionOptions): Promise<TLSSocket> {
  const port = site.edge(0).c2sTls!
  const socket = connect({ host: '127.0.0.1', port, servername: site.domain, ca: site.certificate, ...options })
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', () => resolve(socket))
    socket.once('error', reject)
  })
}
