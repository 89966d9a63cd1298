/** RFC 6120 §13.11: what a stranger asks tells nothing of whether an account exists. */
import assert from 'node:assert/strict'
import { sessionModules } from '@heliograph/session'
import { bothModes, type RawClient, type Site } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, errorOf, newcomer, settle } from '../support/actor.ts'
import { subscribe } from '../support/friends.ts'

const scenario = await bothModes()

/** Clark names of all that the session service understands, and of things that it doesn't. */
const PAYLOADS = [
  ...new Set(sessionModules.flatMap(({ iq }) => iq.map(({ payload }) => payload))),
  '{vcard-temp}vCard',
  '{http://jabber.org/protocol/pubsub}pubsub',
  '{urn:xmpp:blocking}blocklist',
  '{urn:xmpp:ping}pong',
  '{urn:example:unheard-of}query',
]

/** An account, there or away, and an address that nobody has. */
async function scene(site: Site) {
  const anna = await newcomer(site, 'anna', { edge: 1 })
  const away = await site.person('away')
  const stranger = await newcomer(site, 'stranger', { edge: 0 })
  return { anna, stranger, somebody: [bareOf(anna.jid), away.jid], nobody: `nobody-at-all@${site.domain}` }
}

/** What it looks like, whoever was asked. */
const alike = (answer: Element, asked: string) => String(answer).replaceAll(asked, 'ASKED')

async function answerTo(client: RawClient, to: string, type: string, payload: string): Promise<string> {
  const [, xmlns, name] = /^\{(.*)\}(.*)$/.exec(payload)!
  return alike(await client.request(`<iq type='${type}' id='q' to='${to}'><${name} xmlns='${xmlns}'/></iq>`), to)
}

scenario('every request of a stranger to an account is answered as to an address that nobody has', async (site) => {
  const { anna, stranger, somebody, nobody } = await scene(site)
  for (const payload of PAYLOADS)
    for (const type of ['get', 'set'])
      for (const resource of ['', '/no-such-resource']) {
        const expected = await answerTo(stranger, nobody + resource, type, payload)
        for (const address of somebody)
          assert.equal(await answerTo(stranger, address + resource, type, payload), expected, `${type} ${payload}`)
      }
  for (const client of [anna, stranger]) client.cut()
})

scenario('so are probes, and messages that a user would not get to see', async (site) => {
  const { anna, stranger, somebody, nobody } = await scene(site)
  const unseen = [
    `type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/>`,
    `type='groupchat'><body>?</body>`,
    `type='error'><body>?</body><error type='cancel'/>`,
    `type='normal'><nothing xmlns='urn:example:nothing'/>`,
  ]
  const heard = async (to: string): Promise<string[]> => {
    for (const rest of unseen) stranger.send(`<message to='${to}' ${rest}</message>`)
    stranger.send(`<presence to='${to}' type='probe'/>`)
    await answerTo(stranger, to, 'get', '{urn:example:last}of-all') // what comes from there comes in order
    return stranger.takeAll((it) => bareOf(it.attrs.from ?? '') === to).map((it) => alike(it, to))
  }
  const expected = await heard(nobody)
  assert.equal(expected.length, 1) // the message to a room
  for (const address of somebody) assert.deepEqual(await heard(address), expected, address)
  const away = `${somebody[1]}`
  for (const to of [nobody, away]) {
    stranger.send(`<message to='${to}' type='headline'><body>news</body></message>`)
    stranger.send(`<message to='${to}' id='x'><body>psst</body><no-store xmlns='urn:xmpp:hints'/></message>`)
    const refused = await stranger.expect((it) => it.name === 'message')
    assert.equal(`${refused.attrs.id} ${errorOf(refused)}`, 'x cancel/service-unavailable', to)
  }
  for (const client of [anna, stranger]) client.cut()
})

scenario('who sees the presence is answered, of the last activity too', async (site) => {
  const { anna, stranger } = await scene(site)
  await using friend = await newcomer(site, 'friend')
  await subscribe(friend, anna)
  const last = `<query xmlns='jabber:iq:last'/>`
  for (const [client, expected] of [
    [friend, undefined],
    [stranger, 'auth/forbidden'],
  ] as const) {
    const ofAccount = await client.request(`<iq type='get' id='l' to='${bareOf(anna.jid)}'>${last}</iq>`)
    assert.equal(errorOf(ofAccount), expected)
  }
  // XEP-0012 §3: a stranger's request doesn't get to the client.
  const ofClient = await stranger.request(`<iq type='get' id='c' to='${anna.jid}'>${last}</iq>`)
  assert.equal(errorOf(ofClient), 'auth/forbidden')
  const answered = friend.request(`<iq type='get' id='f' to='${anna.jid}'>${last}</iq>`)
  const question = await anna.expect((it) => it.getChild('query', 'jabber:iq:last') !== undefined)
  anna.send(`<iq type='result' id='f' to='${question.attrs.from}'><query xmlns='jabber:iq:last' seconds='7'/></iq>`)
  assert.equal((await answered).getChild('query')?.attrs.seconds, '7')
  await settle(anna)
  for (const client of [anna, stranger]) client.cut()
})
