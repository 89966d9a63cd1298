/** MSG-20: one stanza for several, of a client. */
import assert from 'node:assert/strict'
import { bothModes } from '@heliograph/testkit'
import { bareOf, errorOf, isPresence, newcomer, saying, settle } from '../support/actor.ts'
import { command } from '../support/blocking.ts'
import { addressed, named } from '../support/several.ts'

const scenario = await bothModes()

scenario(
  'the domain brings a message to all whom it names, and only the blind ones don’t see who else is blind',
  async (site) => {
    await using alice = await newcomer(site, 'alice')
    await using bob = await newcomer(site, 'bob')
    await using carol = await newcomer(site, 'carol')
    await using dave = await newcomer(site, 'dave')
    await command(carol, 'block', bareOf(alice.jid))
    const header = addressed(['to', bob.jid], ['cc', carol.jid], ['bcc', dave.jid], ['bcc', bareOf(alice.jid)])
    alice.send(`<message to='${site.domain}' type='chat' id='m'><body>hello</body>${header}</message>`)
    const shown = [`to ${bob.jid} +`, `cc ${carol.jid} +`]
    for (const [who, more] of [
      [bob, []],
      [dave, [`bcc ${dave.jid}`]],
      [alice, [`bcc ${bareOf(alice.jid)}`]],
    ] as const) {
      const message = await who.expect(saying('hello'))
      assert.deepEqual([message.attrs.from, message.attrs.id, named(message)], [alice.jid, 'm', [...shown, ...more]])
    }
    // As if it had been for her alone.
    const refused = await alice.expect(({ attrs }) => attrs.type === 'error')
    assert.deepEqual([refused.attrs.from, errorOf(refused)], [carol.jid, 'cancel/service-unavailable'])
    await settle(carol)
    assert.deepEqual(
      carol.takeAll(({ name }) => name === 'message'),
      [],
    )
  },
)

scenario('presence to several is directed: who got it hears of the end', async (site) => {
  await using alice = await newcomer(site, 'alice')
  await using bob = await newcomer(site, 'bob')
  await using carol = await newcomer(site, 'carol')
  alice.send(`<presence to='${site.domain}'>${addressed(['bcc', bob.jid], ['bcc', carol.jid])}</presence>`)
  for (const who of [bob, carol]) assert.deepEqual(named(await who.expect((it) => isPresence(it, alice.jid))), [])
  alice.send(`<presence type='unavailable'/>`)
  for (const who of [bob, carol]) await who.expect((it) => isPresence(it, alice.jid, 'unavailable'))
})

scenario('what the domain can’t bring to all comes back, and nobody gets it', async (site) => {
  await using alice = await newcomer(site, 'alice')
  await using bob = await newcomer(site, 'bob')
  const good = ['to', bob.jid] as const
  for (const [header, expected] of [
    [addressed(), 'modify/bad-request'],
    [addressed(good, ['fax', bob.jid]), 'modify/bad-request'],
    [addressed(good, ['cc', '@@']), 'modify/jid-malformed'],
    [addressed(...Array.from({ length: 51 }, () => good)), 'modify/not-acceptable'],
  ] as const) {
    alice.send(`<message to='${site.domain}' type='chat'><body>no</body>${header}</message>`)
    const error = await alice.expect(({ attrs }) => attrs.type === 'error')
    assert.deepEqual([error.attrs.from, errorOf(error)], [site.domain, expected])
  }
  alice.send(`<message to='${site.domain}' type='chat'><body>yes</body>${addressed(good, good)}</message>`)
  await bob.expect(saying('yes'))
  await settle(alice)
  await settle(bob)
  assert.deepEqual(
    bob.takeAll(({ name }) => name === 'message'),
    [],
  )
})
