/** PRES-12, MSG-03, SEC-03: who may be found and written to, as the operator has it. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { bothModes, type RawClient, SlixmppPeer, slixmppAvailable } from '@heliograph/testkit'
import type { Element } from '@heliograph/xml'
import { bareOf, errorOf, newcomer, receivedAfter, say, saying, settle } from '../support/actor.ts'
import { command } from '../support/blocking.ts'
import { subscribe } from '../support/friends.ts'

const scenario = await bothModes({
  config: {
    userSearch: 'ownDomain',
    domains: [
      {
        contacts: {
          abuse: ['mailto:abuse@capulet.example', 'xmpp:abuse@capulet.example'],
          status: ['https://up.example/'],
        },
        strangers: { messages: 'refuse', requests: 'limit', perMinute: 2 },
      },
    ],
  },
})
const NS_SEARCH = 'jabber:iq:search'
const NS_DATA = 'jabber:x:data'
let ids = 0

function ask(client: RawClient, type: 'get' | 'set', to: string, payload: string): Promise<Element> {
  return client.request(`<iq type='${type}' id='directory-${ids++}' to='${to}'>${payload}</iq>`)
}

const query = (inside: string) => `<query xmlns='${NS_SEARCH}'>${inside}</query>`

async function publish(client: RawClient, first: string, last: string, nick: string): Promise<void> {
  const inside = `<N><GIVEN>${first}</GIVEN><FAMILY>${last}</FAMILY></N><NICKNAME>${nick}</NICKNAME>`
  await client.request(`<iq type='set' id='card-${ids++}'><vCard xmlns='vcard-temp'>${inside}</vCard></iq>`)
}

const found = (answer: Element) => answer.getChild('query', NS_SEARCH)?.getChildren('item') ?? []

scenario('users find each other by the beginnings of names, in plain fields and by a form', async (site) => {
  await using juliet = await newcomer(site, 'juliet', { edge: 0 })
  await using tybalt = await newcomer(site, 'tybalt', { edge: 1 })
  const family = `Capulet-${randomBytes(4).toString('hex')}`
  await publish(juliet, 'Juliet', family, '100%')
  await publish(tybalt, 'Tybalt', family, '100 cats')
  const offered = (await ask(tybalt, 'get', site.domain, query(''))).getChild('query', NS_SEARCH)
  for (const field of ['instructions', 'first', 'last', 'nick', 'email']) assert.ok(offered?.getChild(field), field)
  assert.equal(offered?.getChild('x', NS_DATA)?.attrs.type, 'form')

  const both = found(await ask(tybalt, 'set', site.domain, query(`<last>${family.toUpperCase()}</last>`)))
  assert.deepEqual(both.map(({ attrs }) => attrs.jid).sort(), [bareOf(juliet.jid), bareOf(tybalt.jid)].sort())
  const one = found(await ask(tybalt, 'set', site.domain, query(`<last>${family}</last><nick>100%</nick>`)))
  assert.deepEqual(
    one.map((item) => [item.attrs.jid, item.getChildText('first')]),
    [[bareOf(juliet.jid), 'Juliet']],
  )
  const field = (name: string, value: string) => `<field var='${name}'><value>${value}</value></field>`
  const form = `<x xmlns='${NS_DATA}' type='submit'>${field('FORM_TYPE', NS_SEARCH)}${field('last', family)}</x>`
  const table = (await ask(tybalt, 'set', site.domain, query(form))).getChild('query')?.getChild('x', NS_DATA)
  assert.equal(table?.attrs.type, 'result')
  assert.deepEqual(
    [table?.getChildren('item').length, table?.getChild('reported')?.getChildren('field').length],
    [2, 5],
  )

  await command(juliet, 'block', bareOf(tybalt.jid))
  const left = found(await ask(tybalt, 'set', site.domain, query(`<last>${family}</last>`)))
  assert.deepEqual(
    left.map(({ attrs }) => attrs.jid),
    [bareOf(tybalt.jid)],
  )
  for (const wanted of ['', '<last> </last>', '<last>C</last>'])
    assert.equal(errorOf(await ask(tybalt, 'set', site.domain, query(wanted))), 'modify/not-acceptable', wanted)
  assert.equal(errorOf(await ask(tybalt, 'set', site.domain, query(`<x xmlns='${NS_DATA}'/>`))), 'modify/bad-request')
})

scenario('the server says whom to write to', async (site) => {
  await using juliet = await newcomer(site, 'juliet')
  const answer = await ask(juliet, 'get', site.domain, `<query xmlns='http://jabber.org/protocol/disco#info'/>`)
  const info = answer.getChild('query')
  assert.ok(info?.getChildren('feature').some(({ attrs }) => attrs.var === NS_SEARCH))
  const fields = info?.getChild('x', NS_DATA)?.getChildren('field') ?? []
  const values = fields.map(({ attrs, ...it }) => [
    attrs.var,
    ...it.children.map((value) => (value as Element).getText()),
  ])
  assert.deepEqual(values, [
    ['FORM_TYPE', 'http://jabber.org/network/serverinfo'],
    ['abuse-addresses', 'mailto:abuse@capulet.example', 'xmpp:abuse@capulet.example'],
    ['status-addresses', 'https://up.example/'],
  ])
})

scenario('strangers are kept out; contacts, and whoever is written to first, are none', async (site) => {
  await using juliet = await newcomer(site, 'juliet', { edge: 0 })
  await using tybalt = await newcomer(site, 'tybalt', { edge: 1 })
  await using nurse = await newcomer(site, 'nurse', { edge: 1 })
  const hers = bareOf(juliet.jid)
  for (const to of [hers, juliet.jid, `no-${hers}`]) {
    say(tybalt, to, `to ${to}`)
    assert.equal(errorOf(await tybalt.expect(saying(`to ${to}`))), 'cancel/service-unavailable')
  }
  await subscribe(nurse, juliet)
  say(nurse, hers, 'madam')
  await juliet.expect(saying('madam'))
  say(juliet, tybalt.jid, 'cousin?')
  await tybalt.expect(saying('cousin?'))
  say(tybalt, juliet.jid, 'now I may')
  await juliet.expect(saying('now I may'))

  const asked = ({ name, attrs }: Element) => name === 'presence' && attrs.type === 'subscribe'
  // One was the nurse's.
  for (let number = 0; number < 3; number++) {
    await using suitor = await newcomer(site, `suitor${number}`, { edge: 1 })
    suitor.send(`<presence to='${hers}' type='subscribe'/>`)
    await settle(suitor)
  }
  await juliet.expect(asked)
  assert.deepEqual(await receivedAfter(nurse, juliet, asked), [])
})

if (slixmppAvailable())
  scenario('slixmpp keeps, publishes, finds and blocks as its plug-ins do', async (site) => {
    const person = await site.person('mercutio')
    await using benvolio = await newcomer(site, 'benvolio', { edge: 1 })
    const place = { ports: site.edge(0), domain: site.domain, ca: site.certificate, profile: true }
    await using mercutio = await SlixmppPeer.login({ ...place, ...person })
    await mercutio.presence()
    await mercutio.keep('A plague <o> both & all')
    assert.equal(await mercutio.kept(), 'A plague <o> both & all')

    const [family, bytes] = [`Escalus-${randomBytes(4).toString('hex')}`, randomBytes(300)]
    await mercutio.setNames(family, 'Merc')
    assert.deepEqual(await mercutio.search(family), [person.jid])
    await mercutio.setAvatar(bytes)
    assert.deepEqual(await mercutio.avatarOf(person.jid), bytes)
    const hash = createHash('sha1').update(bytes).digest('hex')
    await mercutio.expect((it) => it.getChild('x', 'vcard-temp:x:update')?.getChildText('photo') === hash)

    const rival = bareOf(benvolio.jid)
    await mercutio.block(rival)
    assert.deepEqual(await mercutio.blocked(), [rival])
    assert.equal(
      errorOf(await ask(benvolio, 'get', mercutio.jid, `<ping xmlns='urn:xmpp:ping'/>`)),
      'cancel/service-unavailable',
    )
    await mercutio.unblock(rival)
    assert.deepEqual(await mercutio.blocked(), [])
  })
