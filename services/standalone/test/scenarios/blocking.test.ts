/** PRES-06: whom a user blocks is nobody to the user, and the user to them. */
import assert from 'node:assert/strict'
import { bothModes } from '@heliograph/testkit'
import {
  announce,
  bareOf,
  enter,
  errorOf,
  isPresence,
  newcomer,
  receivedAfter,
  say,
  saying,
  settle,
} from '../support/actor.ts'
import { bodiesOf, readArchive } from '../support/archive.ts'
import { blockList, command, NS_BLOCKING, pushed } from '../support/blocking.ts'
import { befriend } from '../support/friends.ts'

const scenario = await bothModes()
const PING = `<ping xmlns='urn:xmpp:ping'/>`

scenario('the list is shown, changed, pushed to who asked for it, and lasts', async (site) => {
  const person = await site.person('juliet')
  await using balcony = await enter(site, person, { edge: 0 })
  await using chamber = await enter(site, person, { edge: 1 })
  await using deaf = await enter(site, person, { edge: 1 })
  assert.deepEqual(await blockList(balcony), [])
  assert.deepEqual(await blockList(chamber), [])
  assert.equal((await command(balcony, 'block', 'tybalt@capulet.example', 'Spam.Example')).attrs.type, 'result')
  for (const client of [balcony, chamber])
    assert.deepEqual(await pushed(client, 'block'), ['spam.example', 'tybalt@capulet.example'])
  await command(chamber, 'block', 'paris@verona.example/hall')
  await command(chamber, 'unblock', 'spam.example')
  assert.deepEqual(await pushed(balcony, 'block'), ['paris@verona.example/hall'])
  assert.deepEqual(await pushed(balcony, 'unblock'), ['spam.example'])
  await using later = await enter(site, person, { edge: 1 })
  assert.deepEqual(await blockList(later), ['paris@verona.example/hall', 'tybalt@capulet.example'])
  assert.equal((await command(later, 'unblock')).attrs.type, 'result')
  assert.deepEqual(await pushed(balcony, 'unblock'), [])
  assert.deepEqual(await blockList(balcony), [])
  await settle(deaf)
  assert.deepEqual(
    deaf.takeAll((it) => it.attrs.type === 'set'),
    [],
  )
})

scenario('what can not be blocked is refused, and nobody sees or changes the lists of others', async (site) => {
  await using juliet = await newcomer(site, 'juliet')
  await using tybalt = await newcomer(site, 'tybalt', { edge: 1 })
  await befriend(juliet, tybalt)
  assert.equal(errorOf(await command(juliet, 'block')), 'modify/bad-request')
  assert.equal(errorOf(await command(juliet, 'block', '<item/>')), 'modify/bad-request')
  assert.equal(errorOf(await command(juliet, 'block', 'a@b@c')), 'modify/jid-malformed')
  assert.equal(errorOf(await command(juliet, 'block', bareOf(juliet.jid))), 'cancel/not-allowed')
  const report = `<item jid='a@b'><report xmlns='urn:xmpp:reporting:1'/></item>`
  assert.equal(errorOf(await command(juliet, 'block', report)), 'modify/bad-request')
  const many = Array.from({ length: 1_001 }, (_, at) => `a${at}@b`)
  assert.equal(errorOf(await command(juliet, 'block', ...many)), 'wait/resource-constraint')
  assert.deepEqual(await blockList(juliet), [])
  for (const to of [bareOf(juliet.jid), `no-${bareOf(juliet.jid)}`]) {
    const list = `<iq type='get' id='l-${to}' to='${to}'><blocklist xmlns='${NS_BLOCKING}'/></iq>`
    assert.equal(errorOf(await tybalt.request(list)), 'auth/forbidden')
    const block = `<iq type='set' id='b-${to}' to='${to}'><block xmlns='${NS_BLOCKING}'><item jid='a@b'/></block></iq>`
    assert.equal(errorOf(await tybalt.request(block)), 'auth/forbidden')
  }
})

scenario('nothing passes between a user and whom she blocks', async (site) => {
  const person = await site.person('juliet')
  await using juliet = await enter(site, person, { edge: 0 })
  await using tybalt = await newcomer(site, 'tybalt', { edge: 1 })
  await command(juliet, 'block', bareOf(tybalt.jid))
  for (const to of [juliet.jid, person.jid]) {
    say(tybalt, to, `to ${to}`)
    assert.equal(errorOf(await tybalt.expect(saying(`to ${to}`))), 'cancel/service-unavailable')
    const ping = await tybalt.request(`<iq type='get' id='ping-${to}' to='${to}'>${PING}</iq>`)
    assert.equal(errorOf(ping), 'cancel/service-unavailable')
    tybalt.send(`<presence to='${to}'/><presence to='${to}' type='probe'/>`)
    tybalt.send(`<iq type='result' id='unasked' to='${to}'/>`)
  }
  tybalt.send(`<presence to='${person.jid}' type='subscribe'/>`)
  await settle(tybalt)
  const others = [
    `<message id='o1' to='${tybalt.jid}' type='chat'><body>you</body></message>`,
    `<iq id='o2' type='get' to='${tybalt.jid}'>${PING}</iq>`,
    `<presence id='o3' to='${tybalt.jid}'/>`,
    `<presence id='o4' to='${bareOf(tybalt.jid)}' type='subscribe'/>`,
  ]
  for (const [at, stanza] of others.entries()) {
    juliet.send(stanza)
    const answer = await juliet.expect(({ attrs }) => attrs.id === `o${at + 1}` && attrs.type === 'error')
    assert.equal(errorOf(answer), 'cancel/not-acceptable')
    assert.ok(answer.getChild('error')?.getChild('blocked', 'urn:xmpp:blocking:errors'))
  }
  await using nurse = await newcomer(site, 'nurse', { edge: 1 })
  const fromTybalt = ({ attrs }: { attrs: { from?: string; type?: string } }) =>
    attrs.from !== undefined && bareOf(attrs.from) === bareOf(tybalt.jid) && attrs.type !== 'error'
  assert.deepEqual(await receivedAfter(nurse, juliet, fromTybalt), [])
  const fromJuliet = ({ attrs, name }: { name: string; attrs: { from?: string } }) =>
    name === 'presence' && attrs.from !== undefined && bareOf(attrs.from) === person.jid
  assert.deepEqual(await receivedAfter(nurse, tybalt, fromJuliet), [])
  assert.ok(!bodiesOf(await readArchive(juliet)).includes(`to ${person.jid}`))

  await command(juliet, 'unblock', bareOf(tybalt.jid))
  say(tybalt, juliet.jid, 'peace?')
  await juliet.expect(saying('peace?'))
  say(juliet, tybalt.jid, 'peace')
  await tybalt.expect(saying('peace'))
})

scenario(
  'while she is away what blocked people write does not wait for her; whole domains are blocked, too',
  async (site) => {
    const person = await site.person('juliet')
    const juliet = await enter(site, person)
    await command(juliet, 'block', site.domain)
    assert.equal((await juliet.request(`<iq type='get' id='p' to='${site.domain}'>${PING}</iq>`)).attrs.type, 'result')
    await using second = await enter(site, person, { edge: 1, priority: 1 })
    say(juliet, second.jid, 'to myself')
    await second.expect(saying('to myself'))
    await second.close()
    await juliet.close()
    await using tybalt = await newcomer(site, 'tybalt', { edge: 1 })
    say(tybalt, person.jid, 'turn, villain')
    assert.equal(errorOf(await tybalt.expect(saying('turn, villain'))), 'cancel/service-unavailable')
    await using again = await enter(site, person, { edge: 1 })
    await settle(again)
    assert.deepEqual(again.takeAll(saying('turn, villain')), [])
  },
)

scenario(
  'a blocked friend sees the user go, nothing after that, and the user again when the block ends',
  async (site) => {
    const person = await site.person('juliet')
    await using juliet = await enter(site, person, { edge: 0 })
    const friend = await site.person('romeo')
    await using romeo = await enter(site, friend, { edge: 1 })
    await using nurse = await newcomer(site, 'nurse', { edge: 1 })
    await befriend(juliet, romeo)
    await befriend(juliet, nurse)
    await command(juliet, 'block', bareOf(romeo.jid))
    await romeo.expect((it) => isPresence(it, juliet.jid, 'unavailable'))
    await announce(juliet, 5)
    await nurse.expect((it) => isPresence(it, juliet.jid) && it.getChildText('priority') === '5')
    await announce(romeo, 7)
    await using second = await enter(site, person, { edge: 1 })
    await nurse.expect((it) => isPresence(it, second.jid))
    const juliets = ({ name, attrs }: { name: string; attrs: { from?: string; type?: string } }) =>
      name === 'presence' && bareOf(attrs.from ?? '') === person.jid && attrs.type !== 'subscribed'
    assert.deepEqual(await receivedAfter(nurse, romeo, juliets), [])
    const romeos = (it: Parameters<typeof isPresence>[0]) =>
      isPresence(it, romeo.jid) && it.getChildText('priority') === '7'
    assert.deepEqual(await receivedAfter(nurse, juliet, romeos), [])
    assert.deepEqual(await receivedAfter(nurse, second, romeos), [])

    // He comes anew and asks who is there: nobody.
    await using again = await enter(site, friend, { edge: 0 })
    assert.deepEqual(await receivedAfter(nurse, again, juliets), [])

    await command(juliet, 'unblock', bareOf(romeo.jid))
    await romeo.expect((it) => isPresence(it, juliet.jid) && it.getChildText('priority') === '5')
    await romeo.expect((it) => isPresence(it, second.jid))
    await juliet.expect((it) => isPresence(it, romeo.jid) && it.getChildText('priority') === '7')
    await announce(juliet, 6)
    await romeo.expect((it) => isPresence(it, juliet.jid) && it.getChildText('priority') === '6')
  },
)

scenario('what waits for her is not shown to her once she blocks its sender', async (site) => {
  const person = await site.person('juliet')
  await using paris = await newcomer(site, 'paris', { edge: 1 })
  await using nurse = await newcomer(site, 'nurse', { edge: 1 })
  say(paris, person.jid, 'written before')
  await settle(paris)
  say(nurse, person.jid, 'anon')
  await settle(nurse)
  const juliet = await enter(site, person, { priority: false })
  await command(juliet, 'block', bareOf(paris.jid))
  await announce(juliet)
  await juliet.expect(saying('anon'))
  await settle(juliet)
  assert.deepEqual(juliet.takeAll(saying('written before')), [])
  await juliet.close()
})
