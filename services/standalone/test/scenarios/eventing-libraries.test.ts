/** PUB-01, PUB-02: what one library publishes another one reads, of another language and over another transport. */
import assert from 'node:assert/strict'
import { bothModes, SlixmppPeer, StanzaPeer, slixmppAvailable } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'

const scenario = await bothModes()
const ROOMS = 'urn:xmpp:bookmarks:1'
const GEOLOC = 'http://jabber.org/protocol/geoloc'

const publishedAt = (node: string, word: string) => (it: Element) =>
  it.getChild('event')?.getChild('items')?.attrs.node === node && `${it}`.includes(word)

if (slixmppAvailable())
  scenario('stanza and slixmpp read each other’s avatars, bookmarks and publications', async (site) => {
    const person = await site.person('juliet')
    const place = { domain: site.domain, ca: site.certificate, ...person }
    await using desk = await SlixmppPeer.login({ ...place, ports: site.edge(0), resource: 'desk', eventing: true })
    await using balcony = await StanzaPeer.login({ ...place, ports: site.edge(1), resource: 'balcony' })
    await desk.presence()
    // The library says what it can only when it is told to.
    const legacyCapabilities = balcony.agent.updateCaps()
    balcony.agent.sendPresence(legacyCapabilities ? { legacyCapabilities } : {})
    await avatars(desk, balcony, person.jid)
    await bookmarks(desk, balcony, person.jid)
    await service(desk, balcony, site.domain)
  })

async function avatars(desk: SlixmppPeer, balcony: StanzaPeer, own: string): Promise<void> {
  const drawn = Buffer.from('one picture')
  const id = await desk.publishAvatar(drawn)
  await balcony.expect(publishedAt('urn:xmpp:avatar:metadata', id))
  assert.deepEqual((await balcony.agent.getAvatar(own, id)).content?.data, drawn)

  const taken = Buffer.from('another picture')
  await balcony.agent.publishAvatar('another', taken)
  await balcony.agent.useAvatars([{ id: 'another', bytes: taken.length, mediaType: 'image/png' }])
  assert.deepEqual(await desk.publishedAvatar(own, 'another'), taken)
}

/** One of them knows only the oldest way of keeping bookmarks (XEP-0049), the other one takes the newest (XEP-0402). */
async function bookmarks(desk: SlixmppPeer, { agent }: StanzaPeer, own: string): Promise<void> {
  const rooms = { jid: own, node: ROOMS }
  await agent.setBookmarks([{ jid: 'capulets@rooms.example', nick: 'Juliet', autoJoin: true }])
  assert.deepEqual(await desk.items(rooms), ['capulets@rooms.example'])
  await desk.publish(rooms, 'friar@rooms.example', `<conference xmlns='${ROOMS}' name='Cell'/>`)
  const kept = (await agent.getBookmarks()).map(({ jid, name, autoJoin = false }) => `${jid} ${name} ${autoJoin}`)
  assert.deepEqual(kept.sort(), ['capulets@rooms.example undefined true', 'friar@rooms.example Cell false'])
}

async function service(desk: SlixmppPeer, { agent }: StanzaPeer, domain: string): Promise<void> {
  const jid = `pubsub.${domain}`
  const { node = '' } = await agent.createNode(jid)
  await desk.subscribe({ jid, node })
  await agent.publish(jid, node, { itemType: GEOLOC, locality: 'Verona' }, 'here')
  await desk.expect(publishedAt(node, 'Verona'))
  assert.deepEqual(await desk.items({ jid, node }), ['here'])
}
