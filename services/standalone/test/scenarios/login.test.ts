/** AUTH-01, AUTH-02: every mechanism, over every transport, with every channel binding. */
import assert from 'node:assert/strict'
import { bothModes, type ChannelBinding, RawClient } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'

const scenario = await bothModes()

const TRANSPORTS = ['starttls', 'tls', 'wss'] as const
const SCRAMS = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1']
const BINDINGS: ChannelBinding[] = ['tls-exporter', 'tls-server-end-point']

const mechanismsOf = (features: Element | undefined): string[] =>
  features
    ?.getChild('mechanisms', 'urn:ietf:params:xml:ns:xmpp-sasl')
    ?.children.map((child) => (child as Element).getText()) ?? []

for (const transport of TRANSPORTS) {
  scenario(`romeo logs in by every mechanism over ${transport}`, async (site) => {
    const romeo = await site.person('romeo')
    const unbound = [...SCRAMS, 'PLAIN'].map((mechanism) => ({ mechanism }))
    const bound = SCRAMS.flatMap((scram) => BINDINGS.map((binding) => ({ mechanism: `${scram}-PLUS`, binding })))
    let edge = 0
    for (const choice of [...unbound, ...bound]) {
      await using client = await RawClient.login(site.at(edge++, transport), { ...romeo, ...choice })
      assert.equal(client.jid.split('/')[0], romeo.jid, JSON.stringify(choice))
    }
  })

  scenario(`the offer over ${transport} lists what can be bound to`, async (site) => {
    await using client = await RawClient.connect(site.at(0, transport))
    const features = await client.open()
    assert.deepEqual(mechanismsOf(features), [...SCRAMS.map((scram) => `${scram}-PLUS`), ...SCRAMS, 'PLAIN'])
    const types = features.getChild('sasl-channel-binding', 'urn:xmpp:sasl-cb:0')?.getChildren('channel-binding')
    assert.deepEqual(
      types?.map((type) => type.attrs.type),
      BINDINGS,
    )
  })
}

scenario('romeo, whose client knows other bindings only, comes down to PLAIN on the same stream', async (site) => {
  const romeo = await site.person('romeo')
  await using client = await RawClient.connect(site.at(0, 'tls'))
  await client.open()
  const attempt = async (mechanism: string, flag: string): Promise<string> => {
    client.send(sasl(mechanism, `${flag},,n=${romeo.user},r=abcdefgh`))
    return conditionOf(await client.expect('failure'))
  }
  for (const scram of SCRAMS) assert.equal(await attempt(`${scram}-PLUS`, 'p=tls-unique'), 'malformed-request')
  // RFC 5802 §6: whoever took -PLUS away from the offer is found out.
  for (const scram of SCRAMS) assert.equal(await attempt(scram, 'y'), 'not-authorized')
  await client.authenticate({ ...romeo, mechanism: 'PLAIN' })
  await client.bind()
})

function sasl(mechanism: string, text: string): string {
  const data = Buffer.from(text).toString('base64')
  return `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='${mechanism}'>${data}</auth>`
}

const conditionOf = (failure: Element): string => (failure.children[0] as Element).name
