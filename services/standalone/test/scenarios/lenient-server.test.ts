/** CORE-03, MSG-06: choices of configuration that the other scenarios leave out. */
import assert from 'node:assert/strict'
import { bothModes } from '@heliograph/testkit'
import { enter, errorOf, newcomer, say, saying, settle } from '../support/actor.ts'

const scenario = await bothModes({
  modes: ['standalone'],
  config: { sessions: { resourceConflict: 'reassign', offlineLimit: 3 }, archive: { enabled: false } },
})

scenario('a resource in use is kept by its owner, the newcomer is given another', async (site) => {
  const person = await site.person('alice')
  await using first = await enter(site, person, { resource: 'phone' })
  await using second = await enter(site, person, { resource: 'phone' })
  assert.equal(first.jid, `${person.jid}/phone`)
  assert.match(second.jid, /\/.+/)
  assert.notEqual(second.jid, first.jid)
  say(second, first.jid, 'both here')
  await first.expect(saying('both here'))
})

scenario('offline messages are kept up to the limit, further ones come back, also without an archive', async (site) => {
  const person = await site.person('bob')
  await using alice = await newcomer(site, 'alice')
  for (let at = 0; at < 5; at++) say(alice, person.jid, `message ${at}`)
  for (const body of ['message 3', 'message 4'])
    assert.equal(errorOf(await alice.expect(saying(body))), 'cancel/service-unavailable')
  await settle(alice)
  await using bob = await enter(site, person)
  for (let at = 0; at < 3; at++) await bob.expect(saying(`message ${at}`))
})
