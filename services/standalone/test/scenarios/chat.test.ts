import assert from 'node:assert/strict'
import { bothModes, type PeerClient, slixmppAvailable } from '@heliograph/testkit'
import { peerOf } from '../support/peer-of.ts'

assert.ok(slixmppAvailable())
const scenario = await bothModes()

scenario('alice (slixmpp) and bob (@xmpp/client) chat over two edges', async (site) => {
  await using alice = await peerOf(site, 'slixmpp', await site.person('alice'), 0)
  await using bob = await peerOf(site, '@xmpp/client', await site.person('bob'), 1)
  await converse(alice, bob)
})

scenario('carol (strophe.js) and dave (slixmpp) chat over two edges', async (site) => {
  await using carol = await peerOf(site, 'strophe.js', await site.person('carol'), 0)
  await using dave = await peerOf(site, 'slixmpp', await site.person('dave'), 1)
  await converse(carol, dave)
})

/** Each says something to the other, by full and by bare address. */
async function converse(one: PeerClient, other: PeerClient): Promise<void> {
  for (const peer of [one, other]) {
    await peer.presence()
    await peer.expect((stanza) => stanza.is('presence') && stanza.attrs.from === peer.jid)
  }
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    for (const address of [to.jid, to.jid.split('/')[0]!]) {
      await from.message(address, `hello, ${address} & <all>`)
      const message = await to.expect('message')
      assert.equal(message.getChildText('body'), `hello, ${address} & <all>`)
      assert.equal(message.attrs.from, from.jid)
      assert.equal(message.attrs.to, address)
    }
  }
}
