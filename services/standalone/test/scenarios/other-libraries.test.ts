/** Clients of other people's libraries, in both modes: log in, write, keep a roster, lose their edge, resume at another. */
import assert from 'node:assert/strict'
import { bothModes, loginPeer, PEER_LIBRARIES, RawClient, slixmppAvailable } from '@heliograph/testkit'

const scenario = await bothModes()
const libraries = PEER_LIBRARIES.filter((library) => library !== 'slixmpp' || slixmppAvailable())

for (const library of libraries)
  scenario(`${library} chats, keeps a roster and resumes`, async (site) => {
    const [juliet, romeo] = [await site.person('juliet'), await site.person('romeo')]
    await using her = await RawClient.login(site.at(0), juliet)
    her.send('<presence/>')
    const place = { ports: site.edge(1), domain: site.domain, ca: site.certificate }
    await using peer = await loginPeer(library, { ...place, ...romeo, resource: 'orchard' })
    // With XEP-0386 what the client asked for is only the beginning of its resource.
    assert.match(peer.jid.slice(romeo.jid.length), /^\/orchard(?:\/|$)/)
    await peer.presence()

    await peer.message(her.jid, 'I take thee at thy word <&>')
    const heard = await her.expect((stanza) => stanza.getChild('body') !== undefined)
    assert.equal(heard.getChildText('body'), 'I take thee at thy word <&>')
    assert.equal(heard.attrs.from, peer.jid)

    await peer.saveContact(juliet.jid, 'Juliet')
    assert.deepEqual(await peer.roster(), [{ jid: juliet.jid, subscription: 'none', name: 'Juliet' }])
    await peer.removeContact(juliet.jid)
    assert.deepEqual(await peer.roster(), [])

    await peer.loseConnection(site.edge(0))
    assert.equal(peer.resumptions, 1)
    her.send(`<message to='${peer.jid}' type='chat'><body>What man art thou?</body></message>`)
    await peer.expect((stanza) => stanza.getChildText('body') === 'What man art thou?')
    await peer.message(her.jid, 'By a name I know not')
    await her.expect((stanza) => stanza.getChildText('body') === 'By a name I know not')
  })
