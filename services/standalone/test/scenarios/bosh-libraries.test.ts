/** Other people's libraries over BOSH, at the edge of their choice. */
import assert from 'node:assert/strict'
import { BOSH_LIBRARIES, bothModes, loginBoshPeer } from '@heliograph/testkit'
import { isPresence, newcomer, say, saying } from '../support/actor.ts'

const scenario = await bothModes()

for (const library of BOSH_LIBRARIES)
  scenario(`${library} over BOSH chats, keeps a roster and leaves`, async (site) => {
    const person = await site.person('romeo')
    await using juliet = await newcomer(site, 'juliet')
    const place = { ports: site.edge(1), domain: site.domain, ca: site.certificate }
    const romeo = await loginBoshPeer(library, { ...place, ...person, resource: 'orchard' })
    assert.equal(romeo.jid, `${person.jid}/orchard`)
    await romeo.presence()
    await romeo.presence({ to: juliet.jid })
    await juliet.expect((it) => isPresence(it, romeo.jid))

    for (const words of ['I take thee at thy word <&>', 'call me but love', 'ü']) {
      await romeo.message(juliet.jid, words)
      const heard = await juliet.expect(saying(words))
      assert.equal(heard.attrs.from, romeo.jid)
      say(juliet, romeo.jid, `again: ${words.length}`)
      await romeo.expect((it) => it.getChildText('body') === `again: ${words.length}`)
    }

    await romeo.saveContact(juliet.jid.split('/')[0]!, 'Juliet')
    assert.deepEqual(
      (await romeo.roster()).map(({ name, subscription }) => [name, subscription]),
      [['Juliet', 'none']],
    )
    await romeo.removeContact(juliet.jid.split('/')[0]!)
    assert.deepEqual(await romeo.roster(), [])
    if (library === 'stanza') {
      await romeo.loseConnection(site.edge(0))
      assert.equal(romeo.resumptions, 1)
      say(juliet, romeo.jid, 'What man art thou?')
      await romeo.expect((it) => it.getChildText('body') === 'What man art thou?')
      await romeo.message(juliet.jid, 'By a name I know not')
      await juliet.expect(saying('By a name I know not'))
    }
    await romeo.close()
    await juliet.expect((it) => isPresence(it, romeo.jid, 'unavailable'))
  })
