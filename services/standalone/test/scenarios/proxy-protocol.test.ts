/** Clients behind a load balancer: whose address counts. */
import assert from 'node:assert/strict'
import { bothModes, RawClient, type RawStreamOptions, type Site } from '@heliograph/testkit'
import { control } from '../support/control.ts'

const BALANCER = '127.0.0.2'
const CLIENT = '203.0.113.7'

const scenario = await bothModes({
  counts: { session: 1, fanout: 1, muc: 1, pubsub: 1, gateway: 1 },
  config: { proxyProtocol: { trusted: [`${BALANCER}/32`] }, registration: { open: 'loopback' } },
})

const V1 = `PROXY TCP4 ${CLIENT} 192.0.2.1 51234 5222\r\n`
const V2 = Buffer.concat([
  Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1'),
  Buffer.from([0x21, 0x11, 0, 12]),
  Buffer.from([203, 0, 113, 7, 192, 0, 2, 1, 0xc8, 0x22, 0x14, 0x66]),
])
const LOCAL = Buffer.concat([Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1'), Buffer.from([0x20, 0, 0, 0])])

type Via = Pick<RawStreamOptions, 'localAddress' | 'prelude'>

async function offersRegistration(site: Site, via: Via, transport: 'starttls' | 'tls' = 'starttls'): Promise<boolean> {
  await using client = await RawClient.connect({ ...site.at(0, transport), ...via })
  const features = await client.open()
  return features.getChild('register', 'http://jabber.org/features/iq-register') !== undefined
}

scenario('the address in the header is the client’s, on every listener', async (site) => {
  const person = await site.person('alice')
  for (const transport of ['starttls', 'tls'] as const) {
    for (const prelude of [V1, V2]) {
      const via = { localAddress: BALANCER, prelude }
      await using client = await RawClient.login({ ...site.at(1, transport), ...via }, person)
      const { data } = await control(site, ['sessions', client.jid])
      assert.equal((data as { sessions: { address: string }[] }).sessions[0]?.address, CLIENT)
      assert.equal(await offersRegistration(site, via, transport), false) // it isn't on the loopback
    }
  }
  assert.equal(await offersRegistration(site, {}), true)
  assert.equal(await offersRegistration(site, { localAddress: BALANCER, prelude: LOCAL }), true)
})

scenario('a header from anybody else is no XML; no header from the balancer is no connection', async (site) => {
  await using liar = await RawClient.connect({ ...site.at(0), localAddress: '127.0.0.3', prelude: V1 })
  await assert.rejects(liar.open())
  await liar.ended
  await using silent = await RawClient.connect({ ...site.at(0), localAddress: BALANCER })
  await assert.rejects(silent.open())
  await silent.ended
})
