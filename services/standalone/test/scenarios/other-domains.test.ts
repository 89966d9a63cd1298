/** What is for rooms that are not there, for nodes and for other servers is refused, with the right stanza error, and nothing waits for ever. */
import assert from 'node:assert/strict'
import { bothModes } from '@heliograph/testkit'
import { errorOf, newcomer, saying, settle } from '../support/actor.ts'
import { getRoster, nextPush } from '../support/roster.ts'

const scenario = await bothModes()

scenario('a stanza to a room or a node that is not there comes back', async (site) => {
  await using alice = await newcomer(site, 'alice')
  for (const to of [`tea@conference.${site.domain}`, `pubsub.${site.domain}`, `conference.${site.domain}`]) {
    alice.send(`<message to='${to}' type='chat' id='m'><body>${to}</body></message>`)
    assert.match(errorOf(await alice.expect(saying(to))) ?? '', /^cancel\//, to)
    const answer = await alice.request(`<iq type='get' id='q-${to}' to='${to}'><query xmlns='urn:unheard:of'/></iq>`)
    assert.match(errorOf(answer) ?? '', /^cancel\/(service-unavailable|item-not-found|feature-not-implemented)$/, to)
    assert.equal(answer.attrs.from, to)
  }
})

scenario('a stanza to another server comes back, and an error is not answered', async (site) => {
  await using alice = await newcomer(site, 'alice')
  const to = 'someone@elsewhere.invalid'
  alice.send(`<message to='${to}' type='chat' id='m'><body>anybody there?</body></message>`)
  const error = await alice.expect(saying('anybody there?'), 20_000)
  assert.match(errorOf(error) ?? '', /^(cancel|wait)\/remote-server-(not-found|timeout)$/)
  assert.equal(error.attrs.from, to)
  assert.equal(error.attrs.id, 'm')
  const answer = await alice.request(`<iq type='get' id='q' to='elsewhere.invalid'><ping xmlns='urn:xmpp:ping'/></iq>`)
  assert.match(errorOf(answer) ?? '', /remote-server/)
  alice.send(
    `<message to='${to}' type='error'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
  )
  alice.send(`<iq to='${to}' type='result' id='r'/>`)
  await settle(alice)
  await alice.expectNone(({ attrs }) => attrs.from === to, 200)
})

scenario('a subscription to somebody elsewhere is kept as asked for', async (site) => {
  await using alice = await newcomer(site, 'alice')
  await getRoster(alice)
  alice.send(`<presence to='friend@elsewhere.invalid' type='subscribe'/>`)
  const { jid, ask, subscription } = await nextPush(alice)
  assert.deepEqual(
    { jid, ask, subscription },
    { jid: 'friend@elsewhere.invalid', ask: 'subscribe', subscription: 'none' },
  )
})
