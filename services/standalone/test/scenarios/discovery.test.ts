/** XEP-0030 and what else servers and accounts answer by themselves: who learns what. */
import assert from 'node:assert/strict'
import { bothModes, type RawClient } from '@heliograph/testkit'
import { bareOf, errorOf, newcomer } from '../support/actor.ts'
import { subscribe } from '../support/friends.ts'

const scenario = await bothModes()

const INFO = 'http://jabber.org/protocol/disco#info'
const ITEMS = 'http://jabber.org/protocol/disco#items'

let ids = 0

async function ask(client: RawClient, to: string, xmlns: string, node = '') {
  const inside = node === '' ? '' : ` node='${node}'`
  const answer = await client.request(
    `<iq type='get' id='disco-${ids++}' to='${to}'><query xmlns='${xmlns}'${inside}/></iq>`,
  )
  return { error: errorOf(answer), query: answer.getChild('query', xmlns) }
}

scenario('strangers learn no more of an account than of one that does not exist', async (site) => {
  await using anna = await newcomer(site, 'anna', { edge: 0 })
  await using stranger = await newcomer(site, 'stranger', { edge: 1 })
  for (const address of [bareOf(anna.jid), `nobody-at-all@${site.domain}`]) {
    for (const node of ['', 'some-node']) {
      assert.equal((await ask(stranger, address, INFO, node)).error, 'cancel/service-unavailable')
      const { query } = await ask(stranger, address, ITEMS, node)
      assert.deepEqual(query?.children, []) // XEP-0030 §8 rule 2: an empty result
    }
  }
})

scenario('who sees the presence is told of the account and its resources', async (site) => {
  await using anna = await newcomer(site, 'anna', { edge: 0 })
  await using friend = await newcomer(site, 'friend', { edge: 1 })
  await subscribe(friend, anna)
  const { query: info } = await ask(friend, bareOf(anna.jid), INFO)
  const identity = info?.getChild('identity')
  assert.deepEqual([identity?.attrs.category, identity?.attrs.type], ['account', 'registered'])
  const { query: items } = await ask(friend, bareOf(anna.jid), ITEMS)
  assert.deepEqual(
    items?.getChildren('item').map(({ attrs }) => attrs.jid),
    [anna.jid],
  )
  const { error } = await ask(friend, bareOf(anna.jid), INFO, 'no-such-node')
  assert.equal(error, 'cancel/item-not-found')
})

scenario('every feature that the server names it has; an unknown one is an error', async (site) => {
  await using anna = await newcomer(site, 'anna')
  const { query } = await ask(anna, site.domain, INFO)
  const features = query?.getChildren('feature').map(({ attrs }) => attrs.var) ?? []
  for (const feature of [INFO, ITEMS, 'urn:xmpp:ping', 'urn:xmpp:time', 'jabber:iq:version', 'jabber:iq:last']) {
    assert.ok(features.includes(feature), feature)
  }
  for (const [payload, expected] of [
    [`<ping xmlns='urn:xmpp:ping'/>`, undefined],
    [`<time xmlns='urn:xmpp:time'/>`, undefined],
    [`<query xmlns='jabber:iq:version'/>`, undefined],
    [`<query xmlns='jabber:iq:last'/>`, undefined],
    [`<query xmlns='urn:example:unheard-of'/>`, 'cancel/service-unavailable'],
    [`<pong xmlns='urn:xmpp:ping'/>`, 'cancel/feature-not-implemented'],
  ]) {
    const answer = await anna.request(`<iq type='get' id='known-${ids++}' to='${site.domain}'>${payload}</iq>`)
    assert.equal(errorOf(answer), expected, payload)
  }
})
